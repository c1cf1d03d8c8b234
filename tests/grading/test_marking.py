"""Points from records, and what is said beside them."""

from pathlib import Path

import pytest

from ia3_teach.check.probing.recorded import Record
from ia3_teach.check.sets import EXERCISES
from ia3_teach.course.sets.planted import plant
from ia3_teach.course.sets.variants import seed_of
from ia3_teach.grading.marking import LONGEST, mark
from ia3_teach.grading.source import Graded
from ia3_teach.grading.work import Work

MINE = Graded("mine_check", 2.0, EXERCISES["set_1.mine"], "mine")


def record_of(name: str, folder: Path) -> bytes:
    """What a box says of somebody who wrote this learner's own numbers down."""
    _, side, l = plant(seed_of(name, "ps1"))
    numbers = {"side": side, "place": int(l.argmin()), "value": round(l.min().item(), 2)}
    Record({"tree": numbers}).save(folder / "record")
    return (folder / "record").read_bytes()


def marked(tmp_path: Path, drawn_for: str, handed_in_as: str):
    work = Work(records={"set_1.mine": [record_of(drawn_for, tmp_path)]}, name=drawn_for)
    return mark(MINE, work, "a class", handed_in_as)


def test_own_numbers_count_under_the_name_of_the_folder(tmp_path) -> None:
    assert marked(tmp_path, "ada", "ada").points == marked(tmp_path, " Ada ", "ada").points == 2


def test_who_used_another_name_in_the_notebook_is_told_so(tmp_path) -> None:
    found = marked(tmp_path, "Ada Lovelace", "ada")
    line = "the notebook draws them for 'Ada Lovelace'; it was handed in as 'ada'"
    assert found.points < 2 and line in found.shown[-1] and line in found.told[-1]


@pytest.mark.parametrize("student", ["your name", " ", "ada"])
def test_a_name_from_which_nothing_is_drawn_stops_nobody(tmp_path, student) -> None:
    assert marked(tmp_path, "bob", student).points < 2
    assert mark(MINE, Work(), "a class", student).points == 0


def test_what_an_answer_returned_fills_no_page(tmp_path) -> None:
    Record({"tree": {"side": "x" * 1_000_000}}).save(tmp_path / "record")
    work = Work(records={"set_1.mine": [(tmp_path / "record").read_bytes()]})
    found = mark(MINE, work, "a class", "ada")
    assert max(map(len, found.shown + found.told)) <= LONGEST + 10
