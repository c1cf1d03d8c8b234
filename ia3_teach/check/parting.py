"""Where two values part, so that a message never shows two that look alike."""

import math
from os.path import commonprefix
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import cut, describe

BEFORE = 25  # letters shown before the place where two texts part


def apart(found: Any, wanted: Any) -> tuple[str, str]:
    """Both in a few words: texts, and what would look alike, from shortly before where they part.

    >>> apart([*range(40), 7], [*range(40), 8])
    ('... 34, 35, 36, 37, 38, 39, 7]', '... 34, 35, 36, 37, 38, 39, 8]')
    """
    if isinstance(found, str) and isinstance(wanted, str):
        return describe(_from(found, wanted)), describe(_from(wanted, found))
    shown, right = describe(found), describe(wanted)
    if shown != right:
        return shown, right
    if isinstance(found, Tensor):
        return f"{shown} ({largest_gap(found, wanted)})", right
    texts = repr(found), repr(wanted)
    return cut(_from(*texts)), cut(_from(*texts[::-1]))


def _from(text: str, other: str) -> str:
    """A text from shortly before the first letter that is another one."""
    start = len(commonprefix([text, other])) - BEFORE
    return text if start <= 0 else f"...{text[start:]}"


def largest_gap(found: Tensor, wanted: Tensor) -> str:
    """How far apart two tensors of one shape are, and where.

    >>> largest_gap(torch.tensor([1.0, -math.inf]), torch.tensor([1.0, 2.0]))
    'largest difference inf at [1]'
    """
    left, right = found.detach().double(), wanted.detach().double()
    gap = torch.where(left == right, 0.0, (left - right).abs())  # inf - inf would be NaN
    worst = gap.nan_to_num(nan=math.inf, posinf=math.inf).argmax()
    place = [index.item() for index in torch.unravel_index(worst, found.shape)]
    size = gap.flatten()[worst].item()
    return f"NaN at {place}" if math.isnan(size) else f"largest difference {size:.3g} at {place}"
