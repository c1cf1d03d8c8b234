"""Which exercise a check cell asks for."""

import pytest

from ia3_teach.grading.exercises import asked_in, seed_for

IMPORTS = (
    "import torch\nfrom ia3_teach.check import lesson_02 as check\nfrom ia3_teach.check import lesson_03"
)


@pytest.mark.parametrize(
    "cell", ["", "%magic", "fold(fold)", "other.fold(fold)", "assert fold(1) == 2", "check"]
)
def test_a_cell_without_a_check_asks_for_none(cell) -> None:
    assert asked_in(cell, IMPORTS) is None


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("check.fold(fold)", "lesson_02.fold"),
        ("x = 1\ncheck.ia3_linear(IA3Linear)\nassert x", "lesson_02.ia3_linear"),
        ("lesson_03.place_hooks(place_hooks)", "lesson_03.place_hooks"),
    ],
)
def test_a_check_is_named_by_the_module_it_comes_from(cell, name) -> None:
    assert asked_in(cell, IMPORTS) == name


def test_seeds_differ_by_class_and_exercise() -> None:
    seeds = {seed_for(group, name) for group in ("a", "b") for name in ("lesson_02.fold", "lesson_03.fold")}
    assert len(seeds) == 4
