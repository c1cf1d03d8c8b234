"""Conditions: each raises CheckFailed with what was expected, what came, and the likely mistake."""

from typing import Any

from torch import Tensor

from ia3_teach.check.failure import CheckFailed, describe
from ia3_teach.check.parting import apart


def expect(condition: bool, expected: str, found: str, mistake: str) -> None:
    """Raise CheckFailed unless `condition` holds.

    >>> expect(True, "1 vector", "1 vector", "")
    """
    if not condition:
        raise CheckFailed(expected, found, mistake)


def expect_equal(found: Any, expected: Any, what: str, mistake: str) -> None:
    """Plain equality, for numbers, tuples, names.

    >>> expect_equal(found=(2, 3), expected=(2, 3), what="shape", mistake="")
    """
    if found != expected:
        shown, right = apart(found, expected)
        raise CheckFailed(f"{what} = {right}", shown, mistake)


def expect_shape(found: Any, shape: tuple[int, ...], what: str, mistake: str) -> None:
    """A tensor of exactly this shape.

    >>> import torch
    >>> expect_shape(torch.ones(2, 3), (2, 3), "y", mistake="")
    """
    forgot = "the function returns nothing: is `return` missing?"
    expect(
        isinstance(found, Tensor),
        f"{what} is a tensor of shape {shape}",
        describe(found),
        forgot if found is None else mistake,
    )
    expect(tuple(found.shape) == shape, f"{what} of shape {shape}", describe(found), mistake)
