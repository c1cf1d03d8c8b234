"""setup_env.py: refuses what cannot work, takes up what was interrupted, is instant when done."""

import builtins
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def setup(monkeypatch, tmp_path):
    """The set-up as a module whose commands are noted and not run; .venv goes to tmp_path."""
    spec = importlib.util.spec_from_file_location("setup_env", ROOT / "setup_env.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.calls, module.failing = [], ""

    def note(command, **_):
        module.calls.append(command)
        if "venv" in command:
            (tmp_path / "venv" / "bin").mkdir(parents=True, exist_ok=True)
            (tmp_path / "venv" / "bin" / "python").touch()
        return SimpleNamespace(returncode=int(bool(module.failing) and module.failing in command))

    monkeypatch.setattr(module.subprocess, "run", note)
    monkeypatch.setattr(module.os, "name", "posix")
    module.call = lambda *words: call(module, monkeypatch, tmp_path / "venv", words)
    return module


def call(module, monkeypatch, venv, words):
    """Run its main() and return the commands of this call."""
    module.calls.clear()
    monkeypatch.setattr(sys, "argv", ["setup_env.py", "--venv", str(venv), *words])
    module.main()
    return [" ".join(command) for command in module.calls]


def test_an_old_python_is_refused_with_what_to_do(setup, monkeypatch):
    monkeypatch.setattr(setup, "OLDEST", (4, 0))
    with pytest.raises(SystemExit, match="needs Python 3.11 or newer; this is 3.*PYTHON="):
        setup.call()
    assert setup.calls == []


def test_a_python_without_venv_names_the_package(setup, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "ensurepip":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        setup.call()
    assert setup.calls == []


@pytest.mark.parametrize("words", [["nonsense"], ["test", "nonsense"], ["--nonsense"]])
def test_an_unknown_word_is_refused_before_anything_is_done(setup, words, capsys):
    setup.call("test")
    with pytest.raises(SystemExit) as refused:
        setup.call(*words)
    said = capsys.readouterr().err
    assert refused.value.code == 2 and setup.calls == [] and "nonsense" in said
    assert words[-1] != "nonsense" or "there are: test, teach" in said


def test_it_says_where_it_is_how_long_it_takes_and_nothing_of_pips(setup, capsys):
    assert all("--quiet" in command for command in setup.call()[1:])
    first, *parts, last = capsys.readouterr().out.splitlines()
    assert "minutes" in first and "GB of disk" in first and last.startswith("Ready after ")
    assert [part[:7] for part in parts] == ["1 of 3:", "2 of 3:", "3 of 3:"]


def test_ctrl_c_is_no_error(setup, monkeypatch):
    def stop(command, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(setup.subprocess, "run", stop)
    with pytest.raises(SystemExit, match="Stopped. The same command takes the set-up up again"):
        setup.run(["anything"])


def test_an_interrupted_installation_is_taken_up_again(setup):
    setup.failing = "torch"
    with pytest.raises(SystemExit, match="The same command takes it up again"):
        setup.call()
    setup.failing = ""
    again = setup.call()
    assert not any("-m venv" in command for command in again)
    assert again[-1].endswith(f"-e {ROOT}")


def test_a_torn_stamp_counts_as_none(setup, tmp_path):
    setup.call()
    (tmp_path / "venv" / "ia3_teach.json").write_text('{"inp')
    assert len(setup.call()) == 3


def test_a_broken_environment_is_made_anew(setup):
    setup.failing = "--version"
    setup.call()
    setup.failing = "--version"
    setup.call("test")
    assert any("-m venv --clear" in " ".join(command) for command in setup.calls)


def test_torch_comes_first_from_the_index_asked_for_and_only_torch(setup):
    made, torch, project = setup.call("--torch-index", "file:///an/index")
    assert "-m venv" in made
    assert torch.endswith("--extra-index-url file:///an/index torch")
    assert "file:///" not in project and project.endswith(f"-e {ROOT}")
    assert all(f"-c {ROOT / 'constraints.txt'}" in command for command in (torch, project))


def test_a_second_call_does_nothing_and_extras_add_up(setup):
    setup.call()
    assert setup.call() == []
    assert setup.call("test")[-1].endswith("[test]")
    assert setup.call() == [] and setup.call("test") == []
    assert setup.call("teach")[-1].endswith("[teach,test]")


def test_changed_pins_install_again(setup, monkeypatch, tmp_path):
    setup.call("test")
    stamp = tmp_path / "venv" / "ia3_teach.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "inputs": "older"}))
    assert setup.call()[-1].endswith("[test]")


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_course_sets_up_and_then_serves():
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", "course"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    setup_line, lab_line = done.stdout.splitlines()
    assert "setup_env.py" in setup_line and lab_line.endswith("-m ia3_teach lab my_course")
