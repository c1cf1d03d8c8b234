"""The page for teachers, done as it says: from a source to exact points for a small class, and feedback."""

import copy
import csv
import os
import re
import subprocess
from functools import partial
from pathlib import Path

import assignments
import nbformat
import pytest
from open_to_all import PATH, ROOT

LAST_AXIS = "def scale_axis(y, l, axis): return y * l"
POINTS = {"ada": 20.0, "empty": 0.0, "hostile": 16.0, "stub": 0.0, "wrong": 17.0}
PAGE = assignments.FOLDER / "TEACHING.md"
solved = partial(assignments.solutions, "ps1")


def commands(heading: str) -> list[str]:
    """The blocks of commands under a heading of the page."""
    section = re.search(rf"^## {heading}\n(.*?)^## ", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return re.findall(r"^```\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)


def typed(block: str, folder: Path) -> str:
    """What a block of commands prints, typed in a folder with the environment activated."""
    here = {**os.environ, "PATH": PATH}
    told = ["bash", "-ec", block]
    done = subprocess.run(told, cwd=folder, env=here, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def hand_in(course: Path, student: str, answers: dict[str, str]) -> None:
    """A learner's copy of the release, with these sources in the cells of these names."""
    notebook = copy.deepcopy(nbformat.read(course / "release" / "ps1" / "ps1.ipynb", as_version=4))
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    folder = course / "submitted" / student / "ps1"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "ps1.ipynb")


@pytest.mark.slow
def test_each_of_a_class_gets_the_points_of_what_is_right(tmp_path: Path, box) -> None:
    pytest.importorskip("nbgrader", reason="grading needs nbgrader (the extra `teach`)")
    _, before, after, export = commands("From a clone to graded work")
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    typed(before, tmp_path)
    course = tmp_path / "my_class"
    hand_in(course, "ada", solved("ada"))
    hand_in(course, "stub", {})
    hand_in(course, "wrong", solved("wrong") | {"scale_axis": LAST_AXIS})
    hand_in(course, "hostile", solved("hostile") | {"gradients": "import os; os._exit(0)"})
    hand_in(course, "empty", {})
    (course / "submitted" / "empty" / "ps1" / "ps1.ipynb").write_text("")
    typed(after, course)
    table = csv.DictReader((course / "grades.csv").open())
    assert {row["student_id"]: float(row["score"]) for row in table} == POINTS
    pages = course / "feedback"
    assert sorted(path.parent.parent.name for path in pages.glob("*/ps1/ps1.html")) == sorted(POINTS)
    assert "hostile" in (course / ".grading" / "ps1.md").read_text()
    named = re.findall(r"--exporter=(\S+)", export)
    assert len(named) == 2 and all(name.startswith("ia3_teach.course.classroom.") for name in named)
