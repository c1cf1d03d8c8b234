"""The checks of lesson 02 accept the reference and name every known wrong answer."""

import copy

import torch
from torch import Tensor, nn

from ia3_teach.check import lesson_02
from ia3_teach.check.mutants import assert_rejects

SCALE_MUTANTS = {
    "additive": (lambda y, l: y + l, "was added"),
    "ignores l": (lambda y, l: y, "was ignored"),
    "wrong axis": (lambda y, l: y * l[:, None], "positions T"),
    "one factor": (lambda y, l: y * l[0], "same factor"),
    "stacked in front": (lambda y, l: torch.stack(list((y * l).unbind(-1))), "were stacked in front"),
    "all factors": (lambda y, l: y * l.prod(), "the product of all entries"),
    "in place": (lambda y, l: y.mul_(l), "in place"),
    "forgot return": (lambda y, l: None, "is `return` missing"),
}


def test_scale_rejects_every_known_wrong_answer() -> None:
    assert_rejects(lesson_02.scale_by_loop, lambda y, l: y * l, SCALE_MUTANTS)


class IA3Linear(nn.Module):
    """The reference; each mutant below changes one thing."""

    def __init__(self, linear: nn.Linear, side: str) -> None:
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.side = side
        self.l = nn.Parameter(self.start(linear.out_features if side == "out" else linear.in_features))

    def start(self, length: int) -> Tensor:
        return torch.ones(length)

    def forward(self, x: Tensor) -> Tensor:
        return self.l * self.linear(x) if self.side == "out" else self.linear(self.l * x)


class RandomStart(IA3Linear):
    def start(self, length: int) -> Tensor:
        return torch.randn(length)


class Additive(IA3Linear):
    def forward(self, x: Tensor) -> Tensor:
        return self.l + self.linear(x) if self.side == "out" else self.linear(self.l + x)


class AdditiveFromZero(IA3Linear):
    def start(self, length: int) -> Tensor:
        return torch.zeros(length)

    def forward(self, x: Tensor) -> Tensor:
        return self.l + self.linear(x) if self.side == "out" else self.linear(self.l + x)


class BiasForgotten(IA3Linear):
    def forward(self, x: Tensor) -> Tensor:
        if self.side == "in":
            return self.linear(self.l * x)
        return self.l * (x @ self.linear.weight.T) + self.linear.bias


class WrongSide(IA3Linear):
    def __init__(self, linear: nn.Linear, side: str) -> None:
        super().__init__(linear, "in" if side == "out" else "out")


class TrainsBase(IA3Linear):
    def __init__(self, linear: nn.Linear, side: str) -> None:
        super().__init__(linear, side)
        self.linear.requires_grad_(True)


class WrongAxis(IA3Linear):
    def forward(self, x: Tensor) -> Tensor:
        l = self.l[:, None]
        return l * self.linear(x) if self.side == "out" else self.linear(l * x)


class FreezesACopy(IA3Linear):
    def __init__(self, linear: nn.Linear, side: str) -> None:
        super().__init__(copy.deepcopy(linear), side)


class Detached(IA3Linear):
    def forward(self, x: Tensor) -> Tensor:
        l = self.l.detach() + 0 * self.linear.weight.sum().requires_grad_()
        return l * self.linear(x) if self.side == "out" else self.linear(l * x)


def test_layer_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_02.ia3_linear,
        IA3Linear,
        {
            "random initialisation": (RandomStart, "must start as ones"),
            "additive instead of multiplicative": (Additive, "forward adds l"),
            "additive from zero": (AdditiveFromZero, "added to the output"),
            "bias forgotten": (BiasForgotten, "bias was forgotten"),
            "wrong side": (WrongSide, "wrong side"),
            "base weights left trainable": (TrainsBase, "base weights still train"),
            "wrong axis": (WrongAxis, "positions T"),
            "freezes a copy": (FreezesACopy, "no copy of it"),
            "detached": (Detached, "no detach()"),
        },
    )


def fold(weight: Tensor, bias: Tensor | None, l: Tensor, side: str) -> tuple[Tensor, Tensor | None]:
    """The reference."""
    if side == "in":
        return weight * l, bias
    return l[:, None] * weight, None if bias is None else l * bias


def columns_first(weight: Tensor, bias: Tensor, l: Tensor, side: str) -> tuple[Tensor, Tensor]:
    return weight * l, l * bias if side == "out" else bias


def rows_always(weight: Tensor, bias: Tensor | None, l: Tensor, side: str) -> tuple[Tensor, Tensor | None]:
    return l[:, None] * weight, fold(weight, bias, l, side)[1]


def bias_forgotten(weight: Tensor, bias: Tensor, l: Tensor, side: str) -> tuple[Tensor, Tensor]:
    return fold(weight, None, l, side)[0], bias


def bias_always(weight: Tensor, bias: Tensor, l: Tensor, side: str) -> tuple[Tensor, Tensor]:
    return fold(weight, None, l, side)[0], l * bias


def invents_bias(weight: Tensor, bias: Tensor | None, l: Tensor, side: str) -> tuple[Tensor, Tensor]:
    return fold(weight, torch.zeros(len(weight)) if bias is None else bias, l, side)


def always_a_bias(weight: Tensor, bias: Tensor, l: Tensor, side: str) -> tuple[Tensor, Tensor]:
    return fold(weight, None, l, side)[0], l * bias if side == "out" else bias


def in_place(weight: Tensor, bias: Tensor | None, l: Tensor, side: str) -> tuple[Tensor, Tensor | None]:
    weight *= l if side == "in" else l[:, None]
    return weight, fold(weight, bias, l, side)[1]


def test_fold_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_02.fold,
        fold,
        {
            "columns on side out": (columns_first, "scaled the columns"),
            "rows on side in": (rows_always, "scaled the rows"),
            "bias forgotten": (bias_forgotten, "bias was forgotten"),
            "bias scaled on side in": (bias_always, "scaled on the input side"),
            "a bias from nowhere": (invents_bias, "a missing bias stays missing"),
            "always a bias": (always_a_bias, "read the error first"),
            "in place": (in_place, "were overwritten"),
            "weight only": (lambda w, b, l, side: fold(w, b, l, side)[0], "return both"),
        },
    )
