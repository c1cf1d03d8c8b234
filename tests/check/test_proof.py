"""The figures that the checks have to reach, on answers that other people wrote and on mutants."""

from pathlib import Path

import pytest
from check.proof.answers import Result, read_answers, tried
from check.proof.figures import Figures, survivors
from check.proof.mutation import mutants
from check.proof.solutions import solutions

from ia3_teach.check import EXERCISES, LESSONS
from ia3_teach.check.sets import EXERCISES as OF_SETS

OWN = Path(__file__).parent / "answers"
# The problem sets have their own proof, tests/check/sets: their answers are cells of a whole notebook.
OF_LESSONS = {name for name in EXERCISES if name.split(".")[0] in LESSONS}
HANDED = Path(__file__).parents[3] / "shared" / "cases" / "answers"


def results(folder: Path) -> list[Result]:
    if not folder.is_dir():
        pytest.skip(f"these answers lie in ../shared/cases/{folder.name}, which is not there")
    return [tried(answer) for answer in read_answers(folder)]


@pytest.mark.slow
@pytest.mark.parametrize("folder", [OWN, HANDED], ids=["own", "handed"])
def test_wrong_answers_are_rejected_and_right_ones_accepted(folder: Path) -> None:
    found = results(folder)
    figures = Figures(found)
    assert [r.answer.name for r in figures.right if not (r.public and r.in_class)] == []
    passed = [f"{r.answer.exercise.name}: {r.answer.name}" for r in figures.wrong if r.public or r.in_class]
    assert figures.share(in_class=False) >= 0.9 and figures.share(in_class=True) >= 0.95, passed


def test_own_answers_range_over_all_exercises_of_the_lessons() -> None:
    answers = list(read_answers(OWN))
    for right in (True, False):
        assert {answer.exercise.name for answer in answers if answer.right == right} == OF_LESSONS


def test_every_exercise_is_one_of_a_lesson_or_of_a_set() -> None:
    assert OF_LESSONS | set(OF_SETS) == set(EXERCISES) and OF_LESSONS.isdisjoint(OF_SETS)


def test_every_exercise_of_a_lesson_has_a_solution_to_make_mutants_of() -> None:
    assert set(solutions()) == OF_LESSONS


def test_mutants_differ_from_the_source_and_from_one_another() -> None:
    found = mutants("def f(a, b):\n    return a + b[1:]")
    assert len(set(found.values())) == len(found) > 6


@pytest.mark.slow
def test_mutants_are_rejected_or_explained() -> None:
    total, alive = survivors()
    assert total > 400
    unexplained = [(name, what) for name, what, why in alive if not why]
    assert unexplained == []
