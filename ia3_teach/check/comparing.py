"""Whether two results are the same, and what to say where they are not."""

import math
from os.path import commonprefix
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import CheckFailed, Picture, describe
from ia3_teach.wording import with_article

BEFORE = 25  # letters of a text shown before the place where it is wrong
NOTHING = "the function returns nothing: is `return` missing?"
NOT_A_NUMBER = "NaN comes from 0 / 0, from inf - inf, or from the root or logarithm of a number below 0"


def same(found: Any, wanted: Any, tolerance: float) -> bool:
    """Tensors and floats up to rounding, all else exactly; a tensor of one entry may stand for a number.

    >>> same([1, 2.0], [1, 2.0000001], 1e-5), same(True, 1, 0), same((1,), [1], 0)
    (True, False, False)
    """
    if isinstance(wanted, Tensor):
        return isinstance(found, Tensor) and found.shape == wanted.shape and _close(found, wanted, tolerance)
    if _is_number(wanted):
        if isinstance(found, Tensor) and found.ndim == 0:
            found = found.item()
        return _is_number(found) and (
            found == wanted
            or math.isclose(found, wanted, rel_tol=min(tolerance, 1e-6))
            and isinstance(wanted, float)
        )
    if isinstance(wanted, list | tuple):
        alike = type(found) is type(wanted) and len(found) == len(wanted)
        return alike and all(same(*both, tolerance) for both in zip(found, wanted, strict=True))
    return type(found) is type(wanted) and found == wanted


def _close(found: Tensor, wanted: Tensor, tolerance: float) -> bool:
    pair = found.detach().double(), wanted.detach().double()
    return torch.allclose(*pair, rtol=tolerance, atol=tolerance)


def different(
    found: Any, wanted: Any, what: str, mistake: str, as_scale: bool = False, known: bool = False
) -> CheckFailed:
    """The message; a mistake that is not `known` gives way to what the kind or the shape already tells."""
    if isinstance(found, str) and isinstance(wanted, str):
        found, wanted = _where_they_part(found, wanted)
    expected = f"{what} = {describe(wanted)}"
    if not isinstance(wanted, Tensor):
        if _is_number(wanted) and not _is_number(found) and not known:
            mistake = f"return a number, not {_kind(found)}"
        return CheckFailed(expected, describe(found), NOTHING if found is None else mistake)
    if not isinstance(found, Tensor):
        other = NOTHING if found is None else f"return a tensor, not {_kind(found)}"
        other = mistake if known else other
        return CheckFailed(f"{what} is a tensor of shape {tuple(wanted.shape)}", describe(found), other)
    if found.shape != wanted.shape:
        shape = f"{what} of shape {tuple(wanted.shape)}"
        axes = f"look at the axes: {list(found.shape)} came back, not {list(wanted.shape)}; {mistake}"
        return CheckFailed(shape, describe(found), mistake if known else axes)
    if found.isnan().any() and not known:
        return CheckFailed(f"{what} without NaN", describe(found), f"{mistake}; {NOT_A_NUMBER}")
    gap = (found.detach().double() - wanted.double()).abs().nan_to_num(nan=math.inf)
    place = [index.item() for index in torch.unravel_index(gap.argmax(), found.shape)]
    told = f"{describe(found)} (largest difference {gap.max():.3g} at {place})"
    drawn = Picture(wanted.float(), found.detach().float(), as_scale) if found.ndim else None
    return CheckFailed(expected, told, mistake, drawn)


def _where_they_part(found: str, wanted: str) -> tuple[str, str]:
    """Two long texts from shortly before the first letter that is another one."""
    start = len(commonprefix([found, wanted])) - BEFORE
    if start <= 0:
        return found, wanted
    return f"...{found[start:]}", f"...{wanted[start:]}"


def _kind(found: Any) -> str:
    return with_article(getattr(found, "kind", type(found).__name__))


def _is_number(value: Any) -> bool:
    one = isinstance(value, Tensor) and value.ndim == 0
    return one or isinstance(value, float | int) and not isinstance(value, bool)
