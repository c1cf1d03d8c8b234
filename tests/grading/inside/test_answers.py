"""Finding an answer: by its name, in its cell, or under a name like it."""

from types import FunctionType

from ia3_teach.grading.inside.answers import MOST, Sightings


def defined(source: str, names: dict) -> dict:
    exec(source, names)
    return names


def sighted(*cells: tuple[str, str | None], wanted: dict[str, str] | None = None) -> Sightings:
    sightings = Sightings(wanted or {"fold": "fold_cell", "total": "total_cell"})
    names: dict = {"__name__": "__main__"}
    for source, grade_id in cells:
        sightings.look(defined(source, names), grade_id)
    return sightings


def test_nothing_is_found_where_nothing_was_defined() -> None:
    assert sighted(("x = 1", None), ("import json", None)).candidates("fold") == []


def test_a_value_of_the_name_counts_even_if_it_is_no_function() -> None:
    (found,) = sighted(("fold = 3", "fold_cell")).candidates("fold")
    assert (found.name, found.value) == ("fold", 3)


def test_of_copies_the_last_three_are_tried_the_latest_first() -> None:
    cells = [(f"def fold(): return {number}", "fold_cell") for number in range(5)]
    assert [found.value() for found in sighted(*cells).candidates("fold")] == [4, 3, 2] and MOST == 3


def test_another_name_in_the_cell_of_the_answer_is_taken() -> None:
    cells = (
        ("def helper(): pass\ndef my_solution(): return 7", "fold_cell"),
        ("def total(): return 1", "total_cell"),
    )
    (found,) = sighted(*cells).candidates("fold")
    assert found.name == "my_solution" and found.value() == 7


def test_a_name_spelled_much_like_it_is_taken_from_any_cell() -> None:
    (found,) = sighted(("def Fold_(): pass\ndef other(): pass", None)).candidates("fold")
    assert found.name == "Fold_"


def test_an_answer_of_another_exercise_is_never_taken() -> None:
    sightings = sighted(("def total(): pass", "fold_cell"), ("def totals(): pass", None))
    assert sightings.candidates("fold") == []
    assert isinstance(sightings.candidates("total")[0].value, FunctionType)


def test_a_helper_that_is_another_one_later_is_met_as_it_was_and_as_it_is() -> None:
    cells = (
        ("def by(): return 1\nN = 10\nx = [1]\ndef fold(): return by() + N", "fold_cell"),
        ("def by(): return 2\nN = 20\nx = [2]\ndef total(): return by() + N", "total_cell"),
    )
    then, now = sighted(*cells).candidates("fold")
    assert (then.beside["by"](), then.beside["N"], now.beside) == (1, 10, {}) and "x" not in then.beside
    (only,) = sighted(*cells).candidates("total")
    assert only.beside["by"]() == 2


def test_what_comes_to_be_later_is_met_as_well() -> None:
    cells = ("def fold(): return by()", "fold_cell"), ("def by(): return 1", None)
    (found,) = sighted(*cells).candidates("fold")
    assert "by" not in found.beside


def test_a_thing_that_does_not_say_what_it_is_hides_no_answer() -> None:
    odd = (
        "class Odd(type):\n"
        "    def __getattribute__(cls, name): raise RuntimeError(name)\n"
        "class Thing(metaclass=Odd): pass\n"
        "class Other:\n"
        "    __class__ = property(lambda self: 1 / 0)\n"
        "    __module__ = property(lambda self: 1 / 0)\n"
        "    def __call__(self): pass\n"
        "other = Other()\n"
        "def fold(): return 7"
    )
    (found,) = sighted((odd, "fold_cell")).candidates("fold")
    assert found.value() == 7
