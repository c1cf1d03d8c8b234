"""A problem set of the course, graded in boxes for a small class: exact points for each."""

import copy
import shutil
from functools import partial
from pathlib import Path

import assignments
import nbformat
import pytest

from ia3_teach.grading.source import read_set
from ia3_teach.grading.whole_set import Settings, grade_set

LAST_AXIS = "def scale_axis(y, l, axis): return y * l"
POINTS = {"ada": 20.0, "empty": 0.0, "hostile": 16.0, "stub": 0.0, "wrong": 17.0}
solved = partial(assignments.solutions, "ps1")


def hand_in(course: Path, handed_out: nbformat.NotebookNode, student: str, answers: dict[str, str]) -> None:
    notebook = copy.deepcopy(handed_out)
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    folder = course / "submitted" / student / "ps1"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "ps1.ipynb")


@pytest.mark.slow
def test_each_of_a_class_gets_the_points_of_what_is_right(tmp_path: Path, box) -> None:
    pytest.importorskip("nbgrader", reason="grading needs nbgrader (the extra `teach`)")
    source = tmp_path / "source" / "ps1"
    source.mkdir(parents=True)
    shutil.copy(assignments.FOLDER / "ps1.ipynb", source)
    (sheet,) = read_set(source, {})
    hand_in(tmp_path, sheet.handed_out, "ada", solved("ada"))
    hand_in(tmp_path, sheet.handed_out, "stub", {})
    hand_in(tmp_path, sheet.handed_out, "wrong", solved("wrong") | {"scale_axis": LAST_AXIS})
    hand_in(
        tmp_path, sheet.handed_out, "hostile", solved("hostile") | {"gradients": "import os; os._exit(0)"}
    )
    hand_in(tmp_path, sheet.handed_out, "empty", {})
    (tmp_path / "submitted" / "empty" / "ps1" / "ps1.ipynb").write_text("")
    assert grade_set(tmp_path, "ps1", Settings()).points() == POINTS
