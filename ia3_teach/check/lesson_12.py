"""Checks of lesson 12: SSF folded into a layer, DoRA's rows, a prefix as a gate, a held mask, a gate."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.held_mask import masked_step
from ia3_teach.check.judging import first_of, keeps_format, second_of, untouched, values
from ia3_teach.check.opened_gate import gated_change
from ia3_teach.check.prefix_share import prefix_as_gate
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.row_lengths import dora_weight
from ia3_teach.check.shape import Cases, Exercise

__all__ = ["dora_weight", "fold_ssf", "gated_change", "masked_step", "prefix_as_gate"]
Bias = Tensor | None


def _weight(weight: Tensor, bias: Bias, gamma: Tensor, beta: Tensor) -> Tensor:
    return torch.stack([row * factor for row, factor in zip(weight, gamma, strict=True)])


def _bias(weight: Tensor, bias: Bias, gamma: Tensor, beta: Tensor) -> Tensor:
    old = torch.zeros_like(beta) if bias is None else bias
    return torch.stack([g * b + s for g, b, s in zip(gamma, old, beta, strict=True)])


OF_WEIGHT = {
    "the weight came back as it was: gamma multiplies W x as well as b": lambda w, b, g, s: w,
    "the columns were scaled: an output is a row of W": lambda w, b, g, s: w * g,
    "beta was added to the weight: it shifts the output, so it belongs to the bias":
        lambda w, b, g, s: g[:, None] * w + s[:, None],
    "gamma was added; it multiplies": lambda w, b, g, s: w + g[:, None],
    "the weight was divided by gamma": lambda w, b, g, s: w / g[:, None],
}  # fmt: skip
OF_BIAS = {
    "that is IA3's fold: the shift beta is missing": lambda w, b, g, s: g * b,
    "the old bias was not scaled: gamma multiplies all of W x + b": lambda w, b, g, s: b + s,
    "beta was scaled: the shift comes after the scale": lambda w, b, g, s: g * (b + s),
    "beta alone came back: the old bias is still there, scaled": lambda w, b, g, s: s,
    "the bias came back as it was": lambda w, b, g, s: b,
    "the bias is gone: return both, weight and bias": lambda w, b, g, s: None,
    "beta was subtracted; it is added": lambda w, b, g, s: g * b - s,
}
OF_NO_BIAS = {
    "a layer without bias has one now: the shift": lambda w, b, g, s: None,
    "beta was scaled: the shift comes after the scale": lambda w, b, g, s: g * s,
    "gamma came back in place of the bias: a missing bias counts as 0": lambda w, b, g, s: g,
    "gamma was added to the shift: a missing bias counts as 0, not as 1": lambda w, b, g, s: g + s,
}


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(d_out: int, d_in: int, bias: bool = True, dtype: torch.dtype = torch.float32) -> dict:
        b = draw.tensor(d_out, low=1, high=4, dtype=dtype) if bias else None
        gamma, beta = draw.factors(d_out, dtype), draw.tensor(d_out, low=2, high=5, dtype=dtype)
        return case(draw.tensor(d_out, d_in, dtype=dtype), b, gamma, beta)

    return {
        "3 -> 3": one(3, 3), "2 -> 5": one(5, 2), "4 -> 2": one(2, 4), "one output": one(1, 3),
        "no bias": one(3, 3, bias=False), "no bias, wide": one(2, 4, bias=False),
        "float64": one(4, 3, dtype=torch.float64),
    }  # fmt: skip


ALL = tuple(_cases(0))
WITH = tuple(name for name in ALL if not name.startswith("no bias"))
WITHOUT = tuple(name for name in ALL if name.startswith("no bias"))
PAIR = "(weight, bias)"
fold_ssf = Exercise(
    "lesson_12.fold_ssf", "fold_ssf", _cases, call_each,
    (
        values("row j of the weight is multiplied by gamma[j]", ALL, _weight, "the weight",
               "W'[j, i] = gamma[j] W[j, i]", OF_WEIGHT, first_of(PAIR)),
        values("the bias is scaled, then shifted", WITH, _bias, "the bias", "b'[j] = gamma[j] b[j] + beta[j]",
               OF_BIAS, second_of(PAIR)),
        values("a layer without bias gets the shift for one", WITHOUT, _bias, "the bias",
               "a missing bias counts as 0, and what is left is beta", OF_NO_BIAS, second_of(PAIR)),
        keeps_format(ALL[-1:], 0, first_of(PAIR), "the weight"),
        keeps_format(ALL[-1:], 0, second_of(PAIR), "the bias"),
        untouched(ALL, {0: "weight", 1: "bias", 2: "gamma", 3: "beta"},
                  "{} was changed in place: unmerging would be impossible"),
    ),
)  # fmt: skip
