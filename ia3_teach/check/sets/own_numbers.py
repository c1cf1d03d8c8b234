"""Numbers of one's own that a learner wrote down, judged: right to the places asked for."""

from __future__ import annotations

from typing import Any

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.sets.judging import described

OWN = "compute it anew from what is yours, drawn for the name under which you hand in"


def expect_place(found: Any, expected: int, what: str) -> None:
    """A place, counted from 0.

    >>> expect_place(3, 3, "the place")
    """
    if type(found) is not int:
        raise CheckFailed(what, described(found), "a whole number, counted from 0")
    if found != expected:
        raise CheckFailed(what, str(found), "counted from 0?" if found == expected + 1 else OWN)


def expect_rounded(found: Any, exact: float, places: int, what: str) -> None:
    """A number that is right to so many decimals; one with more decimals counts as well.

    >>> expect_rounded(0.33, 1 / 3, 2, "a third")
    >>> expect_rounded(1 / 3, 1 / 3, 2, "a third")
    """
    if type(found) not in (int, float):
        raise CheckFailed(what, described(found), f"a plain number, rounded to {places} decimals")
    near = 0.5 * 10.0**-places + 1e-6
    if not abs(found - exact) <= near:
        raise CheckFailed(what, f"{found:g}", "look at its sign" if abs(found + exact) <= near else OWN)
