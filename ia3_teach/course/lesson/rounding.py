"""What number formats do to a merge: fold a vector in, take it out by division, count what did not come back.

A format (float32, bfloat16, float16) is a finite list of numbers. Two numbers are n steps apart if one
gets from the one to the other by going n times to the next number of the list.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.wording import brief

_INTEGERS = {4: torch.int32, 2: torch.int16}


def folded_in(weight: Tensor, l: Tensor, side: str) -> Tensor:
    """l ⊙ W or W ⊙ l^T, multiplied in float32 and rounded once to the weight's format.

    Shapes: weight (d_out, d_in); l (d_out,) on side "out", (d_in,) on side "in".

    >>> folded_in(torch.ones(2, 2), torch.tensor([2.0, 3.0]), "out").tolist()
    [[2.0, 2.0], [3.0, 3.0]]
    """
    return (weight.float() * laid_out(l, side)).to(weight.dtype)


@numbers()
def divided_out(merged: Tensor, l: Tensor, side: str, epsilon: float = 0.0) -> Tensor:
    """The way back by division: W' / (l + ε), in float32 and rounded once. Shapes as in `folded_in`.

    >>> divided_out(torch.tensor([[2.0], [0.0]]), torch.tensor([2.0, 0.0]), "out").tolist()
    [[1.0], [nan]]
    """
    return (merged.float() / (laid_out(l, side) + epsilon)).to(merged.dtype)


def laid_out(l: Tensor, side: str) -> Tensor:
    """The vector as a column, for rows (side "out"), or as a row, for columns (side "in")."""
    if side not in ("out", "in"):
        raise ValueError(f'a side is "out" or "in"; found {brief(side)}')
    return l[:, None] if side == "out" else l


def steps_apart(found: Tensor, wanted: Tensor) -> Tensor:
    """How many steps of their format lie between the entries of two tensors; NaN and inf are far away.

    Raises ValueError for different formats, or one that is none of float32, bfloat16 and float16.

    >>> one = torch.tensor([1.0, 1.0])
    >>> steps_apart(torch.nextafter(one, torch.tensor([2.0, 1.0])), one).tolist()
    [1, 0]
    """
    if found.dtype != wanted.dtype or not found.is_floating_point() or found.itemsize not in _INTEGERS:
        raise ValueError(
            f"steps are counted within one 16 or 32 bit format; found {found.dtype}, {wanted.dtype}"
        )
    return (place_in_order(found) - place_in_order(wanted)).abs()


def bits_lost(found: Tensor, wanted: Tensor) -> Tensor:
    """log2(1 + steps apart): 0 where an entry is back exactly, about the number of its last bits that are
    wrong, and NaN where it is no finite number.

    >>> bits_lost(torch.tensor([1.0, float("nan")]), torch.tensor([1.0, 1.0])).tolist()
    [0.0, nan]
    """
    return torch.where(found.isfinite(), (1 + steps_apart(found, wanted)).double().log2(), torch.nan)


def place_in_order(x: Tensor) -> Tensor:
    """The number of each entry in its format's ordered list, where 0 and -0 are number 0.

    Bits of positive numbers, read as integers, rise with the number; a negative number adds the sign bit.
    """
    bits = x.contiguous().view(_INTEGERS[x.itemsize]).long()
    lowest = torch.iinfo(_INTEGERS[x.itemsize]).min
    return torch.where(bits < 0, lowest - bits, bits)
