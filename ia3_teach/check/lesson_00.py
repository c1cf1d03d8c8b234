"""Check of lesson 00: the dial, a straight line from ones through the learned vector and beyond."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise


def _line(l: Tensor, strength: float) -> Tensor:
    """Start at 1 and go `strength` times the way to each entry, entry by entry."""
    entries = [1.0 + strength * (entry - 1.0) for entry in l.flatten().tolist()]
    return torch.tensor(entries, dtype=torch.float64).reshape(l.shape)


KNOWN = {
    "the dial has no effect: use λ": lambda l, strength: l,
    "λ multiplies l itself: at λ = 0 every channel is switched off, instead of left alone":
        lambda l, strength: strength * l,
    "λ multiplies l, and 1 is added: the way from 1 to l is l - 1, not l": lambda l, strength:
        1 + strength * l,
    "this is the geometric dial l ** λ; it keeps the ends, but our dial is a straight line":
        lambda l, strength: l**strength,
    "the ends are exchanged: λ = 0 must be the frozen model, λ = 1 the trained one":
        lambda l, strength: l + strength * (1 - l),
    "the sign is turned round: the way goes from 1 towards l": lambda l, strength: 1 - strength * (l - 1),
    "the dial stops at 0 or 1: let it go beyond": lambda l, strength: _line(l, min(1.0, max(0.0, strength))),
    "the dial moves in whole steps: λ was rounded": lambda l, strength: _line(l, int(strength)),
    "the result was cut off below 0: beyond λ = 1 a factor may be negative":
        lambda l, strength: _line(l, strength).clamp(min=0),
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def two() -> Tensor:
        return torch.stack([draw.factors(3), draw.factors(3)])

    return {
        "λ = 0, the frozen model": case(two(), 0.0),
        "λ = 1, the trained model": case(two(), 1.0),
        "λ between 0 and 1": case(two(), draw.real(0.2, 0.8)),
        "λ beyond 1": case(two(), draw.real(2.1, 3.9)),
        "λ below 0": case(two(), draw.real(-1.9, -0.6)),
        "negative entries and zeros": case(draw.signed(5), draw.real(0.2, 0.8)),
        "entries near 1": case(draw.near_one(5), draw.real(2.1, 3.9), tolerance=1e-6),
        "one entry": case(draw.factors(1), draw.real(1.1, 1.9)),
        "three axes": case(draw.factors(24).view(2, 3, 4), draw.real(0.2, 0.8)),
        "float64": case(draw.factors(4, torch.float64), draw.real(0.2, 0.8)),
    }


ALL = tuple(_cases(0))
HINT = "compute one entry by hand: 1 plus λ times (entry minus 1)"
turned = Exercise(
    "lesson_00.turned", "turned", _cases, call_each,
    (
        values("λ = 0 gives ones, λ = 1 gives l, a straight line between and beyond", ALL[:5], _line,
        "turned(l, λ)", HINT, KNOWN),
        values("an entry that training made negative lies on the same kind of line", ALL[5:6], _line,
        "turned(l, λ)",
               "logarithms and powers fail here", KNOWN),
        values("l of any shape and format", ALL[6:], _line, "turned(l, λ)", HINT, KNOWN),
        untouched(ALL, {0: "l"}, "l was changed in place: the next turn would start from there"),
    ),
)  # fmt: skip
