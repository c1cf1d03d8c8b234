"""What is run of a notebook, and what is told of how it was changed."""

from typing import Any

import pytest
from grading_course import handed_out
from small_exercises import EXERCISES

from ia3_teach.grading.arranging import cells_to_run, name_in, what_was_done
from ia3_teach.grading.source import Sheet, read_set


@pytest.fixture
def sheet(course) -> Sheet:
    (found,) = read_set(course / "source" / "ps1", EXERCISES)
    return found


def plain_cells(notebook: Any) -> list[dict[str, Any]]:
    return [
        {"type": cell.cell_type, "source": cell.source, "outputs": [],
         "grade_id": cell.metadata.get("nbgrader", {}).get("grade_id")}
        for cell in notebook.cells
    ]  # fmt: skip


def test_a_set_knows_its_graded_cells(sheet) -> None:
    found = {each.grade_id: each.exercise and each.exercise.name for each in sheet.graded}
    assert found == {"scale_check": "small.scale", "total_check": "small.total", "why": None}
    assert [each.answer_cell for each in sheet.judged] == ["scale", "total"]


def test_an_unchanged_notebook_is_run_without_its_checks_and_nothing_is_told(sheet, course) -> None:
    cells = plain_cells(handed_out(course))
    assert [cell["grade_id"] for cell in cells_to_run(sheet, cells)] == [None, None, "scale", "total"]
    assert what_was_done(sheet, cells) == []


def test_white_space_at_the_ends_of_lines_is_no_change(sheet, course) -> None:
    cells = plain_cells(handed_out(course))
    for cell in cells:
        cell["source"] = cell["source"].replace("\n", "  \n") + "\n\n"
    assert what_was_done(sheet, cells) == [] and len(cells_to_run(sheet, cells)) == 4


def test_nothing_at_all_is_the_set_and_a_line(sheet) -> None:
    assert [cell["place"] for cell in cells_to_run(sheet, [])] == ["of the set, 1", "of the set, 2"]
    assert what_was_done(sheet, []) == ["cells missing: scale, scale_check, total, total_check, why"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('student = "Ada Lovelace"', "Ada Lovelace"),
        ("import torch\nstudent='José'  # me", "José"),
        ("student = input()", ""),
        ('print("student = 1")', ""),
        ('student = "two\nlines"', ""),
    ],
)
def test_the_name_that_a_notebook_draws_from_is_read_and_nothing_is_run(source, name) -> None:
    cells = [{"type": "markdown", "source": 'student = "text"'}, {"type": "code", "source": source}]
    assert name_in(cells) == name
