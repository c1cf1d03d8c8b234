"""The exercises as read from the notebooks: all that are posed, each under the name its check keeps."""

import importlib
import json
from pathlib import Path

import pytest

from ia3_teach.course.lab.kernel import LessonError
from ia3_teach.course.pages.lessons import all_lessons as lessons_with_times
from ia3_teach.course.progress.exercises import all_lessons, cells, of_notebook

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
CARD = "### Exercise 2.{0} · Scale\n**Difficulty** 1 of 5 · **Minutes** 5"


BROKEN = ["", "{", "[]", '{"cells": 7}', '{"cells": [{"source": "x"}]}', '{"cells": [7]}']


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_notebook_is_named(text, tmp_path) -> None:
    (tmp_path / "02_torn.ipynb").write_text(text)
    with pytest.raises(LessonError, match="02_torn.ipynb cannot be read as a notebook"):
        all_lessons(tmp_path)


def test_a_folder_without_lessons_is_named(tmp_path) -> None:
    with pytest.raises(LessonError, match="no lessons"):
        all_lessons(tmp_path)


def test_a_card_without_a_check_poses_nothing_and_a_check_without_a_card_neither() -> None:
    found = [("markdown", CARD.format(1)), ("markdown", CARD.format(2)), ("code", "check.fold(fold)")]
    (posed,) = of_notebook("02_one", [*found, ("code", "check.other(x)"), ("code", "")]).exercises
    assert (posed.number, posed.check) == ("2.2", "lesson_02.fold")


def test_an_empty_notebook_is_a_lesson_without_exercises(tmp_path) -> None:
    (tmp_path / "02_empty.ipynb").write_text(json.dumps({"cells": []}))
    (lesson,) = all_lessons(tmp_path)
    assert (lesson.title, lesson.exercises) == ("02_empty", ())


def test_the_exercises_are_those_of_the_index() -> None:
    index = {
        lesson.name: [(number, title, minutes) for number, title, minutes in lesson.exercises]
        for lesson in lessons_with_times(NOTEBOOKS)
    }
    read = {
        lesson.name: [(one.number, one.title, one.minutes) for one in lesson.exercises]
        for lesson in all_lessons(NOTEBOOKS)
    }
    assert read == index


def test_every_check_keeps_what_passes_under_the_name_that_is_read() -> None:
    read = [one.check for lesson in all_lessons(NOTEBOOKS) for one in lesson.exercises]
    assert len(read) == len(set(read)) > 20
    for name in read:
        room, _, check = name.partition(".")
        assert getattr(importlib.import_module(f"ia3_teach.check.{room}"), check).name == name


def test_cells_are_read_however_their_text_is_kept(tmp_path) -> None:
    source = {"cells": [{"cell_type": "code", "source": ["a\n", "b"]}, {"cell_type": "raw", "source": "c"}]}
    (tmp_path / "x.ipynb").write_text(json.dumps(source))
    assert cells(tmp_path / "x.ipynb") == [("code", "a\nb"), ("raw", "c")]
