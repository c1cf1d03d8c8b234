"""Checks of lesson 02: scaling by a loop, a Linear that carries a vector, and folding the vector in."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.folding import fold
from ia3_teach.check.judging import ANY_SIGN, untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.scaling_layer import ia3_linear
from ia3_teach.check.shape import Cases, Exercise

__all__ = ["fold", "ia3_linear", "scale_by_loop"]


def _by_loop(y: Tensor, l: Tensor) -> Tensor:
    scaled = torch.empty_like(y)
    for channel in range(len(l)):
        scaled[..., channel] = y[..., channel] * l[channel]
    return scaled


KNOWN = {
    "l was added: IA3 multiplies, so that l = 1 changes nothing": lambda y, l: y + l,
    "l was ignored: y comes back as it went in": lambda y, l: y,
    "l runs over the positions T: line it up with the last axis": lambda y, l: y * l[:, None],
    "l runs over the batch B: line it up with the last axis": lambda y, l: y * l[:, None, None],
    "every channel got the same factor: use l[j] for channel j": lambda y, l: y * l[0],
    "y was divided by l": lambda y, l: y / l,
    "the last channel was left out": lambda y, l: y * torch.cat([l[:-1], torch.ones(1)]),
    "the first channel was left out": lambda y, l: y * torch.cat([torch.ones(1), l[1:]]),
    "only the first channel was scaled: `return` stands inside the loop":
        lambda y, l: y * torch.cat([l[:1], torch.ones(len(l) - 1)]),
    "the channels were stacked in front, as (d, B, T): torch.stack(..., dim=-1) puts them last":
        lambda y, l: (y * l).permute(2, 0, 1),
    "every channel got the product of all entries of l: multiply channel j by l[j] alone":
        lambda y, l: y * l.prod(),
    "only the first text of the batch came back": lambda y, l: _by_loop(y, l)[0],
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)
    return {
        "B = T = d": case(draw.tensor(3, 3, 3, low=1, high=9), draw.factors(3)),
        "the same shape again": case(draw.tensor(3, 3, 3, low=1, high=9), draw.factors(3)),
        "three different sizes": case(draw.tensor(2, 3, 4), draw.factors(4)),
        "one text, one position": case(draw.tensor(1, 1, 5), draw.factors(5)),
        "one channel": case(draw.tensor(3, 2, 1), draw.factors(1)),
        "negative factors and a zero": case(draw.tensor(2, 4, 3), draw.signed(3)),
        "float64": case(draw.tensor(2, 3, 4, dtype=torch.float64), draw.factors(4, torch.float64)),
    }


ALL = tuple(_cases(0))
SIGNED = ALL[5:6]
SIZES = tuple(name for name in ALL[2:] if name not in SIGNED)
scale_by_loop = Exercise(
    "lesson_02.scale_by_loop", "scale_by_loop", _cases, call_each,
    (
        values("each channel is multiplied by its own entry of l", ALL[:2], _by_loop, "scale_by_loop(y, l)",
               "compare a channel by hand", KNOWN),
        values("shapes (B, T, d) of any size", SIZES, _by_loop, "scale_by_loop(y, l)",
               "l has d entries, one per channel: d is the last axis", KNOWN),
        values("factors of any sign", SIGNED, _by_loop, "scale_by_loop(y, l)", ANY_SIGN, KNOWN),
        untouched(ALL, {0: "y", 1: "l"}, "{} was changed in place: write into a new tensor instead"),
    ),
)  # fmt: skip
