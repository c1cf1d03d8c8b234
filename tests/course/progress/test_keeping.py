"""What is kept, and where nothing is: a check that passed in somebody's notebook, and no other."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_server.services.sessions.sessionmanager import SessionManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from ia3_teach.check import lesson_00
from ia3_teach.course.lab.offline_kernel import environment
from ia3_teach.course.lab.own_settings import own_environment
from ia3_teach.course.progress import keeping, record
from ia3_teach.grading.box import Box

PERSON = {keeping.SESSION: "/my_course/00_start_one_dial.ipynb"}
SOLVED = "turned = lambda l, strength: 1 + strength * (l - 1)"
CELL = f"from ia3_teach.check import lesson_00\n{SOLVED}\nlesson_00.turned(turned)"


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process looks like the kernel of a notebook."""
    monkeypatch.setattr(keeping, "in_a_kernel", lambda: True)
    monkeypatch.delenv(keeping.SWITCH)
    monkeypatch.setenv(*next(iter(PERSON.items())))


def solved(l, strength):
    return 1 + strength * (l - 1)


def everywhere_ones(l, strength):
    return 0 * l + 1


@pytest.mark.parametrize("value", ["yes", "ON", " off", "1"])
def test_another_value_of_the_switch_is_named(value) -> None:
    with pytest.raises(ValueError, match="set it to on or off"):
        keeping.is_wanted({keeping.SWITCH: value})


def spoil_with_a_file(place: Path) -> None:
    place.parent.mkdir()
    place.write_text("mine")


def spoil_with_another_record(place: Path) -> None:
    place.mkdir(parents=True)
    (place / "lesson_00.turned.json").write_text("{}")


def spoil_the_switch(place: Path) -> None:
    os.environ[keeping.SWITCH] = "perhaps"


@pytest.mark.parametrize("spoil", [spoil_with_a_file, spoil_with_another_record, spoil_the_switch])
def test_what_cannot_be_kept_is_said_in_a_line_and_the_check_passes(
    spoil, kernel, place, capsys, monkeypatch
) -> None:
    monkeypatch.setenv(keeping.SWITCH, "on")
    spoil(place)
    lesson_00.turned(solved)
    first, second = capsys.readouterr().out.splitlines()
    assert first == "check passed: 4 of 4 properties"
    assert second.startswith("(not kept among your progress: ") and len(second) < 600


@pytest.mark.parametrize("failure", [OSError(28, "No space left"), RuntimeError("no home"), MemoryError()])
def test_whatever_the_machine_does_the_check_passes(failure, kernel, monkeypatch, capsys) -> None:
    def fail() -> Path:
        raise failure

    monkeypatch.setattr(record, "folder", fail)
    lesson_00.turned(solved)
    assert "(not kept among your progress: " in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written_stops_no_check(kernel, place, capsys) -> None:
    place.parent.mkdir(mode=0o500)
    lesson_00.turned(solved)
    assert "Permission denied" in capsys.readouterr().out


def test_a_check_that_fails_keeps_nothing(kernel, place) -> None:
    for wrong in (everywhere_ones, 7):
        with pytest.raises(AssertionError):
            lesson_00.turned(wrong)
    assert not place.exists()


def test_a_check_that_passes_is_kept_without_a_word(kernel, place, capsys) -> None:
    lesson_00.turned(solved)
    assert capsys.readouterr().out == "check passed: 4 of 4 properties\n"
    assert list(record.passed()) == ["lesson_00.turned"]


def test_nothing_is_kept_outside_of_a_kernel(place, monkeypatch) -> None:
    """A program that was started from a notebook knows its name too, and is no notebook."""
    monkeypatch.delenv(keeping.SWITCH)
    monkeypatch.setenv(*next(iter(PERSON.items())))
    lesson_00.turned(solved)
    assert not place.exists()


@pytest.mark.parametrize("switch", ["off", "on"])
def test_the_switch_goes_before_all_else(switch, kernel, place, monkeypatch) -> None:
    monkeypatch.setenv(keeping.SWITCH, switch)
    monkeypatch.delenv(keeping.SESSION)
    lesson_00.turned(solved)
    assert place.exists() == (switch == "on")


def test_tests_unattended_runs_and_boxes_keep_nothing(kernel, monkeypatch) -> None:
    monkeypatch.setenv(keeping.SWITCH, "on")
    assert not keeping.is_wanted(environment())
    assert not keeping.is_wanted(Box(Path("course"), Path("job")).environment("/course", "/data"))


def test_the_learners_own_lab_leaves_the_choice_to_its_kernels(kernel, tmp_path) -> None:
    assert keeping.is_wanted(own_environment(tmp_path))


def test_a_notebook_server_tells_a_kernel_what_note_looks_for(kernel) -> None:
    """By its own code, so that another version that tells it otherwise is noticed."""
    told = SessionManager.get_kernel_env(None, "my_course/02.ipynb")
    assert told[keeping.SESSION] == "my_course/02.ipynb" and keeping.is_wanted(told)


@pytest.mark.slow
@pytest.mark.parametrize("told", [PERSON, {}], ids=["of a person", "unattended"])
def test_a_real_kernel_keeps_what_passes_only_if_a_person_has_opened_it(told, tmp_path) -> None:
    hidden = {keeping.SWITCH, keeping.SESSION}
    variables = {key: value for key, value in os.environ.items() if key not in hidden}
    variables |= {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path), **told}
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    notebook = new_notebook(cells=[new_code_cell(CELL)])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(env=variables)
    assert notebook.cells[0].outputs == [
        nbformat.v4.new_output("stream", text="check passed: 4 of 4 properties\n")
    ]
    assert [path.stem for path in tmp_path.rglob("*.json") if "ia3_teach" in path.parts] == (
        ["lesson_00.turned"] if told else []
    )


def test_keeping_costs_a_check_no_heavy_import() -> None:
    code = (
        "import sys, ia3_teach.course.progress.keeping as keeping; keeping.note('lesson_00.turned')\n"
        "print([name for name in ('torch', 'nbformat', 'IPython', 'platformdirs') if name in sys.modules])"
    )
    environment = {**os.environ, keeping.SWITCH: "off"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout == "[]\n", done.stderr
