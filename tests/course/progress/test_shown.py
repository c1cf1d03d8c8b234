"""The record in a notebook: what is broken is said, what comes next leads there, all titles are text."""

import datetime

import pytest

from ia3_teach.course.progress import shown
from ia3_teach.course.progress.record import Passed
from ia3_teach.course.progress.shown import as_html, following, show_progress
from ia3_teach.course.progress.standing import Standing


def test_a_torn_record_is_an_error_with_its_name(place) -> None:
    place.mkdir(parents=True)
    (place / "lesson_02.fold.json").write_text("{")
    with pytest.raises(ValueError, match="lesson_02.fold.json is no record"):
        show_progress()


def test_titles_are_text_and_not_tags(lessons) -> None:
    assert "02 · One &amp; all" in as_html(Standing(lessons, {})) and "<talk>" not in as_html(
        Standing(lessons, {})
    )


def test_what_comes_next_leads_to_its_lesson_and_the_end_to_none(lessons) -> None:
    day = datetime.date(2026, 3, 1)
    first = {"lesson_00.turned": Passed("lesson_00.turned", day)}
    assert '2.1 Scale (5 min), in <a href="02_one.ipynb">' in following(Standing(lessons, first))
    names = [one.check for lesson in lessons for one in lesson.exercises]
    assert "Nothing is left" in following(Standing(lessons, {name: Passed(name, day) for name in names}))


def test_it_is_shown_as_a_table_and_told_in_words(place, lessons, monkeypatch, capsys) -> None:
    sent = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: sent.append(data))
    monkeypatch.setattr(shown, "all_lessons", lambda directory: lessons)
    show_progress()
    assert "0 of 3 exercises passed" in sent[0]["text/html"]
    assert "Next: 0.1 Turn (5 min), in 00_start.ipynb." in sent[0]["text/plain"]
