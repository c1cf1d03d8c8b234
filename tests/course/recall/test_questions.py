"""The questions to the lessons: one right answer each, a reason for every choice, no two the same."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from ia3_teach.course.recall.questions import Choice, Question, problem, questions_to

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb"))
ALL = {lesson: questions_to(lesson, NOTEBOOKS) for lesson in LESSONS}
EACH = [question for questions in ALL.values() for question in questions]
CHOICES = [choice for question in EACH for choice in question.choices]
FIVE = 5
MADE_BY_PER_CENT = re.compile(r"\d+(\.\d+)? ?%|tiny-")


def choice(text: str = "a", right: bool = False, why: str = "So.") -> dict:
    return {"text": text, "right": right, "why": why}


GOOD = [choice("a"), choice("b", True), choice("c")]
BAD = {
    "2 choices": GOOD[:2],
    "5 choices": [*GOOD, choice("d"), choice("e")],
    "not exactly one": [choice("a"), choice("b"), choice("c")],
    "not exactly one choice": [choice("a", True), choice("b", True), choice("c")],
    "two choices are the same": [choice("a"), choice("a ", True), choice("c")],
    "is empty": [choice("a", why=" "), *GOOD[1:]],
    "or its reason is empty": [choice(" "), *GOOD[1:]],
    "asterisks, which a page shows as they are": [choice("a", why="It is *added*."), *GOOD[1:]],
    "asterisks, which a page shows": [choice("**a**"), *GOOD[1:]],
}


def write(folder: Path, content: str) -> Path:
    (folder / "questions").mkdir()
    (folder / "questions" / "02.json").write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("said", "choices"), BAD.items(), ids=BAD)
def test_a_question_that_is_none_is_named_with_what_is_wrong(said, choices, tmp_path) -> None:
    folder = write(tmp_path, json.dumps([{"ask": "Why?", "choices": choices}]))
    with pytest.raises(ValueError, match=f"02.json, 'Why\\?': .*{said}"):
        questions_to("02_one", folder)


NONE = ["", "{", "[1]", '[{"ask": "Why?"}]', '{"a": 1}', '[{"choices": [], "a": 1}]']


@pytest.mark.parametrize("content", NONE)
def test_a_file_that_holds_no_questions_is_named(content, tmp_path) -> None:
    with pytest.raises(ValueError, match="02.json holds no questions"):
        questions_to("02_one", write(tmp_path, content))


def test_a_lesson_without_a_file_has_none(tmp_path) -> None:
    assert questions_to("02_one", tmp_path) == []


def test_a_good_question_has_no_problem() -> None:
    assert problem(Question("Why?", tuple(Choice(**each) for each in GOOD))) == ""


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_lesson_has_five_questions(lesson) -> None:
    assert len(ALL[lesson]) == FIVE


def test_every_file_belongs_to_a_lesson() -> None:
    numbers = {lesson[:2] for lesson in LESSONS}
    assert {path.stem for path in (NOTEBOOKS / "questions").iterdir()} == numbers


def test_no_two_questions_choices_or_reasons_are_the_same() -> None:
    for texts in ([each.ask for each in EACH], [each.why for each in CHOICES]):
        assert [text for text, times in Counter(texts).items() if times > 1] == []


def test_the_place_and_the_length_of_a_choice_do_not_give_it_away() -> None:
    places = Counter([each.right for each in question.choices].index(True) for question in EACH)
    assert max(places.values()) <= 0.45 * len(EACH)
    longest = [max(question.choices, key=lambda each: len(each.text)).right for question in EACH]
    assert sum(longest) <= 0.5 * len(EACH)


def test_nothing_rests_on_what_a_tiny_model_happened_to_get_right() -> None:
    for text in [*(each.ask for each in EACH), *(part for one in CHOICES for part in (one.text, one.why))]:
        assert not MADE_BY_PER_CENT.search(text), text


def test_a_question_ends_as_one_and_a_reason_is_a_sentence() -> None:
    for each in EACH:
        assert each.ask.rstrip()[-1] in "?"
        for one in each.choices:
            assert one.why[-1] == "." and len(one.why.split()) <= 45, one.why
