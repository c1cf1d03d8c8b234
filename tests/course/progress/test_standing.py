"""Where a learner stands, and what the command line says of it."""

import datetime

from typer.testing import CliRunner

import ia3_teach.__main__ as command_line
from ia3_teach.course.progress import exercises, record
from ia3_teach.course.progress.record import Passed
from ia3_teach.course.progress.standing import Standing, as_text


def standing(lessons, *passed, day=1) -> Standing:
    """The standing after these exercises, the last of them a day later than the one before."""
    days = [datetime.date(2026, 3, day + later) for later in range(len(passed))]
    return Standing(lessons, {name: Passed(name, date) for name, date in zip(passed, days, strict=True)})


def call(monkeypatch, lessons, *words, said=None):
    """The verb, over the small course."""
    monkeypatch.setattr(exercises, "all_lessons", lambda _: lessons)
    return CliRunner().invoke(command_line.app, ["progress", *map(str, words)], input=said)


def test_before_anything_was_passed_it_says_where_to_begin_and_what_is_kept(lessons) -> None:
    text = as_text(standing(lessons))
    assert "0 of 3 exercises passed.\nNext: 0.1 Turn (5 min), in 00_start.ipynb." in text
    assert "JupyterLab" in text and "IA3_TEACH_PROGRESS=on" in text


def test_a_table_shows_each_exercise_under_its_lesson(lessons) -> None:
    lines = as_text(standing(lessons, "lesson_02.scale")).splitlines()
    assert lines[:5] == [
        "00 · Start: 0 of 1",
        "  open    0.1 Turn (5 min)",
        "02 · One & all: 1 of 2",
        "  passed  2.1 Scale (2026-03-01)",
        "  open    2.2 Fold (10 min)",
    ]


def test_who_began_in_the_middle_goes_on_there_and_then_from_the_start(lessons) -> None:
    assert standing(lessons, "lesson_02.scale").next()[1].number == "2.2"
    assert standing(lessons, "lesson_02.scale", "lesson_02.fold").next()[1].number == "0.1"
    assert standing(lessons, "lesson_02.scale", "lesson_00.turned").next()[1].number == "2.2"


def test_when_all_were_passed_it_says_how_to_print_it(lessons) -> None:
    done = standing(lessons, "lesson_00.turned", "lesson_02.scale", "lesson_02.fold")
    assert done.next() is None
    assert as_text(done).endswith("makes a page of it to print.")


def test_an_exercise_that_is_no_longer_posed_counts_nowhere(lessons) -> None:
    found = standing(lessons, "lesson_02.gone")
    assert found.counts() == (0, 3) and found.next()[1].number == "0.1"


def test_no_lessons_at_all_are_no_error() -> None:
    assert as_text(Standing([], {})).startswith("\n0 of 0 exercises passed.")


def test_clearing_and_a_page_at_once_are_refused(monkeypatch, lessons, place, tmp_path) -> None:
    record.keep("lesson_02.fold")
    done = call(monkeypatch, lessons, "--clear", "--page", tmp_path / "x.html", said="y\n")
    assert isinstance(done.exception, ValueError) and list(record.passed()) == ["lesson_02.fold"]
    assert not (tmp_path / "x.html").exists()


def test_clearing_asks_and_forgets_only_after_a_yes(monkeypatch, lessons, place) -> None:
    record.keep("lesson_02.fold")
    for said in ("n\n", "\n", ""):
        done = call(monkeypatch, lessons, "--clear", said=said)
        assert done.exit_code == 1 and "Forget 1 passed exercises" in done.output
        assert list(record.passed()) == ["lesson_02.fold"]
    assert "1 passed exercises forgotten." in call(monkeypatch, lessons, "--clear", said="y\n").output
    assert record.passed() == {}


def test_the_verb_shows_the_table_and_writes_the_page(monkeypatch, lessons, place, tmp_path) -> None:
    record.keep("lesson_02.fold")
    done = call(monkeypatch, lessons, "--page", tmp_path / "x.html", "--name", "Ada & Co")
    assert done.exit_code == 0 and "passed  2.2 Fold" in done.output
    assert "Ada &amp; Co" in (tmp_path / "x.html").read_text(encoding="utf-8")
