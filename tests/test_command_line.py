"""`python -m ia3_teach`: help for every verb, one clear line for every mistake, no tracebacks."""

import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import interruptible
import pytest
from notebook_files import lesson
from typer.testing import CliRunner

import ia3_teach.__main__ as command_line
from ia3_teach.course.lab.recording import recorded
from ia3_teach.course.lab.run import LessonRun
from ia3_teach.course.shipped import manifest

VERBS = ["lab", "run", "execute", "verify", "build learner", "build class"]
VERBS += ["pretrain", "vectors", "experiments", "index", "new-method", "grade", "progress"]


def call(*words, **settings):
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "ia3_teach", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **settings)


def stub(monkeypatch, module, **functions):
    """Put a stand-in where a verb imports its work from."""
    monkeypatch.setitem(sys.modules, f"ia3_teach.course.{module}", SimpleNamespace(**functions))


@pytest.mark.parametrize("words", [["frob"], ["build", "frob"], ["run", "--frob"], ["run", "02"]])
def test_an_unknown_verb_or_option_is_a_usage_error(words):
    done = CliRunner().invoke(command_line.app, words)
    assert done.exit_code == 2 and "Usage:" in done.output


@pytest.mark.parametrize("words", [["run", "--timeout", "0"], ["lab", "--port", "70000"]])
def test_a_number_out_of_range_is_a_usage_error(words):
    assert CliRunner().invoke(command_line.app, words).exit_code == 2


def test_a_missing_directory_is_one_line_and_status_2(tmp_path):
    done = call("run", "--notebooks", tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("ia3_teach: no directory") and done.stderr.count("\n") == 1


def test_a_lesson_that_is_not_there_lists_those_that_are(tmp_path):
    lesson(tmp_path, "00_start")
    done = call("run", "--notebooks", tmp_path, "--lesson", "07")
    assert done.returncode == 2 and "no lesson begins with '07'; there are: 00_start" in done.stderr


def test_a_failing_lesson_is_status_1_and_no_traceback(tmp_path):
    lesson(tmp_path, "00_start", "x = 1")
    lesson(tmp_path, "01_fails", "raise RuntimeError('on purpose')")
    done = call("run", "--notebooks", tmp_path)
    assert done.returncode == 1
    assert "01_fails.ipynb, cell 2 (code cell 1): RuntimeError: on purpose" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith("00_start")


def test_a_bad_build_is_one_line_and_status_2(monkeypatch, capsys, tmp_path):
    def refuse(source, target):
        raise ValueError(f"{target} is a file")

    stub(monkeypatch, "builds", build_learner=refuse)
    monkeypatch.setattr(sys, "argv", ["ia3_teach", "build", "learner", str(tmp_path)])
    with pytest.raises(SystemExit) as caught:
        command_line.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err == f"ia3_teach: {tmp_path} is a file\n"


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_verb_has_an_example(verb):
    done = CliRunner().invoke(command_line.app, [*verb.split(), "--help"])
    assert done.exit_code == 0 and f"Example: python -m ia3_teach {verb}" in done.output


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"], ["build"], ["build", "-h"], ["run", "-h"]])
def test_help_is_no_error_however_it_is_asked_for(words):
    done = CliRunner().invoke(command_line.app, words)
    assert done.exit_code == 0 and "Usage:" in done.output


def test_the_version_is_said():
    done = CliRunner().invoke(command_line.app, ["--version"])
    assert done.exit_code == 0 and done.output.startswith("ia3_teach 0.")


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
@pytest.mark.parametrize("verb", ["run", "execute"])
def test_ctrl_c_stops_and_blames_no_lesson(verb, tmp_path):
    lesson(tmp_path, "00_long", "open('begun', 'w').close()\nimport time\ntime.sleep(60)")
    words = interruptible.verb(verb, "--notebooks", str(tmp_path))
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment)
    for _ in range(600):
        if list(tmp_path.rglob("begun")):
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130 and said.rstrip().endswith("Stopped."), said
    assert "Traceback" not in said and "Error" not in said, said


def test_help_names_every_verb():
    said = CliRunner().invoke(command_line.app, ["--help"]).output
    assert all(verb.split()[0] in said for verb in VERBS)


def test_running_all_lessons_sums_up(tmp_path):
    lesson(tmp_path, "00_start", "x = 1")
    lesson(tmp_path, "01_next", "x = 1")
    done = call("run", "--notebooks", tmp_path)
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["00_start", "01_next", "2"]
    assert "lesson" in done.stderr  # the progress bar; of cells where one lesson has the machine to itself
    assert "cell" in call("run", "--notebooks", tmp_path, "--processes", "1").stderr


def test_recording_keeps_the_costs_lists_the_file_and_writes_the_pages(monkeypatch, tmp_path):
    (tmp_path / "data" / "world").mkdir(parents=True)
    lesson(tmp_path, "00_start", "x = 1")
    monkeypatch.setenv("IA3_TEACH_DATA", str(tmp_path / "data"))
    runs = [LessonRun("00_start", 3.2, 400.4)]
    stub(monkeypatch, "lab.together", run_all=lambda *_: runs, default_processes=lambda: 1)
    stub(monkeypatch, "pages", write_pages=lambda root: ["README.md"])
    words = ["run", "--record", "--notebooks", str(tmp_path)]
    done = CliRunner().invoke(command_line.app, words)
    assert done.exit_code == 0 and "README.md: written" in done.output
    assert recorded(tmp_path / "data")["00_start"]["seconds"] == 4
    assert "results/lessons.json" in manifest.read_manifest(tmp_path / "data")["files"]


def test_lab_builds_first_and_serves_the_same_folder(monkeypatch, tmp_path):
    calls = []
    stub(monkeypatch, "builds", build_learner=lambda *a: calls.append(("build", a[1])))
    serve = SimpleNamespace(serve=lambda *a: calls.append(("serve", *a)) or 0)
    monkeypatch.setitem(sys.modules, "ia3_teach.course.lab.serving", serve)
    words = ["lab", str(tmp_path), "--no-browser", "--port", "9000"]
    assert CliRunner().invoke(command_line.app, words).exit_code == 0
    assert calls == [("build", tmp_path), ("serve", tmp_path, 9000, False)]


def test_an_unknown_model_to_pretrain_is_one_line_and_status_2():
    done = call("pretrain", "--model", "huge-bert")
    assert done.returncode == 2 and "huge-bert" in done.stderr and "tiny-bert" in done.stderr
    assert done.stderr.count("\n") == 1


def test_verify_names_a_changed_file(tmp_path):
    (tmp_path / "world").mkdir()
    (tmp_path / "MANIFEST.json").write_text('{"files": {"world/names.json": {"bytes": 3, "sha256": ""}}}')
    (tmp_path / "world" / "names.json").write_text("ab")
    done = call("verify", env={**os.environ, "IA3_TEACH_DATA": str(tmp_path)})
    assert done.returncode == 2 and "names.json has 2 bytes, expected 3" in done.stderr
    assert "Traceback" not in done.stderr
