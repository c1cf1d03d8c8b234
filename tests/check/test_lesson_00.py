"""The checks of lesson 00 accept the reference and name every known wrong answer."""

import torch
from torch import Tensor

from ia3_teach.check import lesson_00
from ia3_teach.check.mutants import assert_rejects


def turned(l: Tensor, strength: float) -> Tensor:
    """The reference."""
    return 1 + strength * (l - 1)


def positive_only(l: Tensor, strength: float) -> Tensor:
    return torch.where(l > 0, turned(l, strength), l.log())


def in_place(l: Tensor, strength: float) -> Tensor:
    return l.sub_(1).mul_(strength).add_(1)


def test_turned_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_00.turned,
        turned,
        {
            "λ l": (lambda l, strength: strength * l, "switched off"),
            "1 + λ l": (lambda l, strength: 1 + strength * l, "and 1 is added"),
            "geometric": (lambda l, strength: l**strength, "geometric dial"),
            "positive only": (positive_only, "without NaN"),
            "ends exchanged": (lambda l, strength: (1 - strength) * l + strength, "ends are exchanged"),
            "sign": (lambda l, strength: 1 - strength * (l - 1), "sign is turned round"),
            "clamped": (lambda l, strength: turned(l, min(1.0, max(0.0, strength))), "let it go beyond"),
            "no λ": (lambda l, strength: l, "no effect"),
            "in place": (in_place, "changed in place"),
        },
    )
