"""Whether two results are the same, and what to say where they are not."""

import math
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import CheckFailed, Picture, describe
from ia3_teach.check.parting import apart, largest_gap
from ia3_teach.wording import with_article

NOTHING = "the function returns nothing: is `return` missing?"
NOT_A_NUMBER = "NaN comes from 0 / 0, from inf - inf, or from the root or logarithm of a number below 0"


def same(found: Any, wanted: Any, tolerance: float, equal_nan: bool = False) -> bool:
    """Tensors and floats up to rounding, all else exactly; a tensor of one entry may stand for a number.

    `equal_nan` is for the formula of a known mistake alone, which may give NaN: no right value has one.

    >>> same([1, 2.0], [1, 2.0000001], 1e-5), same(True, 1, 0), same((1,), [1], 0)
    (True, False, False)
    """
    if isinstance(wanted, Tensor):
        alike = isinstance(found, Tensor) and found.shape == wanted.shape
        return alike and _close(found, wanted, tolerance, equal_nan)
    if _is_number(wanted):
        if isinstance(found, Tensor) and found.ndim == 0:
            found = found.item()
        return _is_number(found) and (
            found == wanted
            or math.isclose(found, wanted, rel_tol=min(tolerance, 1e-6))
            and isinstance(wanted, float)
            or equal_nan
            and math.isnan(found)
            and math.isnan(wanted)
        )
    if isinstance(wanted, list | tuple):
        alike = type(found) is type(wanted) and len(found) == len(wanted)
        return alike and all(same(*both, tolerance, equal_nan) for both in zip(found, wanted, strict=True))
    return type(found) is type(wanted) and found == wanted


def _close(found: Tensor, wanted: Tensor, tolerance: float, equal_nan: bool) -> bool:
    pair = found.detach().double(), wanted.detach().double()
    return torch.allclose(*pair, rtol=tolerance, atol=tolerance, equal_nan=equal_nan)


def different(
    found: Any, wanted: Any, what: str, mistake: str, as_scale: bool = False, known: bool = False
) -> CheckFailed:
    """The message; a mistake that is not `known` gives way to what the kind or the shape already tells."""
    if not isinstance(wanted, Tensor):
        if _is_number(wanted) and not _is_number(found) and not known:
            mistake = f"return a number, not {_kind(found)}"
        shown, right = apart(found, wanted)
        return CheckFailed(f"{what} = {right}", shown, NOTHING if found is None else mistake)
    if not isinstance(found, Tensor):
        other = NOTHING if found is None else f"return a tensor, not {_kind(found)}"
        other = mistake if known else other
        return CheckFailed(f"{what} is a tensor of shape {tuple(wanted.shape)}", describe(found), other)
    if found.shape != wanted.shape:
        shape = f"{what} of shape {tuple(wanted.shape)}"
        return CheckFailed(shape, describe(found), mistake if known else _axes(found, wanted, mistake))
    if found.isnan().any() and not known:
        return CheckFailed(f"{what} without NaN", describe(found), f"{mistake}; {NOT_A_NUMBER}")
    told = f"{describe(found)} ({largest_gap(found, wanted)})"
    drawn = Picture(wanted.float(), found.detach().float(), as_scale) if found.ndim else None
    return CheckFailed(f"{what} = {describe(wanted)}", told, mistake, drawn)


def _axes(found: Tensor, wanted: Tensor, mistake: str) -> str:
    """What to say of another shape; an axis of size 1 too few or too many is told as that."""
    came = f"{list(found.shape)} came back, not {list(wanted.shape)}"
    bare, right = found.detach().squeeze(), wanted.squeeze()
    if bare.shape != right.shape or not _close(bare, right, 1e-4, equal_nan=False):
        return f"look at the axes: {came}; {mistake}"
    if found.ndim < wanted.ndim:
        return f"the values are right, and an axis of size 1 is gone: {came}; squeeze() takes every one away"
    return f"the values are right, and an axis of size 1 is too many, or stands elsewhere: {came}"


def _kind(found: Any) -> str:
    return with_article(getattr(found, "kind", type(found).__name__))


def _is_number(value: Any) -> bool:
    one = isinstance(value, Tensor) and value.ndim == 0
    return one or isinstance(value, float | int) and not isinstance(value, bool)
