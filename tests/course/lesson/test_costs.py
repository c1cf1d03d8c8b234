"""The break-even is the first number of predictions at which the one is really cheaper."""

import pytest

from ia3_teach.course.lesson.costs import Cost, break_even


@pytest.mark.parametrize(
    ("first", "second"),
    [(Cost(10, 1), Cost(0, 3)), (Cost(2.7e16, 1.1e12), Cost(0, 1.4e15)), (Cost(100, 3), Cost(7, 3.5))],
)
def test_the_first_is_cheaper_from_there_on_and_not_before(first: Cost, second: Cost) -> None:
    n = break_even(first, second)
    assert first.after(n) < second.after(n)
    assert first.after(n - 1) >= second.after(n - 1)


def test_a_draw_is_not_cheaper() -> None:
    assert Cost(10, 1).after(5) == Cost(0, 3).after(5)
    assert break_even(Cost(10, 1), Cost(0, 3)) == 6


def test_cheaper_from_the_start() -> None:
    assert break_even(Cost(1, 5), Cost(2, 1)) == 0


@pytest.mark.parametrize("each", [3, 4])
def test_what_never_becomes_cheaper_is_refused(each: float) -> None:
    with pytest.raises(ValueError, match="never becomes cheaper"):
        break_even(Cost(10, each), Cost(0, 3))
