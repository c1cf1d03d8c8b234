"""Checks of lesson 07: counting LoRA's values, the layer itself, and folding it into the weight."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import first_of, keeps_format, second_of, untouched, values
from ia3_teach.check.lora_layer import lora_linear, product
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise

__all__ = ["lora_linear", "lora_values", "merge_lora"]


def _entries(d_in: int, d_out: int, r: int) -> int:
    """Entry by entry: A has r rows of d_in, B has d_out rows of r."""
    return len(
        [(i, j) for i in range(r) for j in range(d_in)] + [(i, j) for i in range(d_out) for j in range(r)]
    )


KNOWN = {
    "that is the size of W itself: B A has its shape, A and B together are smaller": lambda i, o, r: i * o,
    "W is frozen: count A and B alone": lambda i, o, r: i * o + r * (i + o),
    "the sizes of A and B are added, not multiplied": lambda i, o, r: r * i * o,
    "the sizes of A and B were multiplied with each other": lambda i, o, r: r * i * r * o,
    "a bias was counted as well: A and B have none, and that of the Linear is frozen":
        lambda i, o, r: r * (i + o) + o,
    "both Linears were counted with a bias: A and B have none": lambda i, o, r: r * (i + o) + r + o,
    "only A was counted": lambda i, o, r: r * i,
    "only B was counted": lambda i, o, r: r * o,
    "the rank r is missing": lambda i, o, r: i + o,
    "r squared is too many: A and B have no entries in common and no third matrix": lambda i, o, r:
        r * (i + o + r),
    "A and B were taken for one where the layer is square": lambda i, o, r: r * i if i == o else r * (i + o),
    "both matrices were given d_in": lambda i, o, r: 2 * r * i,
    "both matrices were given d_out": lambda i, o, r: 2 * r * o,
}  # fmt: skip


def _count_cases(seed: int) -> Cases:
    draw = Draw(seed)
    width = draw.number(6, 20)
    return {
        "more inputs than outputs": case(draw.number(11, 19), draw.number(4, 8), draw.number(2, 3)),
        "more outputs than inputs": case(draw.number(4, 8), draw.number(11, 19), draw.number(4, 6)),
        "as many": case(width, width, draw.number(2, 5)),
        "a rank above a side": case(draw.number(11, 19), 3, draw.number(4, 6)),
        "rank 1": case(draw.number(11, 19), draw.number(4, 8), 1),
        "a large layer": case(draw.number(200, 300), draw.number(400, 500), draw.number(8, 16)),
    }


COUNTED = tuple(_count_cases(0))
lora_values = Exercise(
    "lesson_07.lora_values", "lora_values", _count_cases, call_each,
    (
        values("A has r rows of d_in values, B has d_out rows of r values", COUNTED, _entries,
        "lora_values(...)",
               "write the shapes of A and B down and count their entries", KNOWN),
    ),
)  # fmt: skip
Bias = Tensor | None


def _merged(W: Tensor, b: Bias, A: Tensor, B: Tensor, alpha: float) -> Tensor:
    return W + alpha / len(A) * product(B, A)


def _bias(W: Tensor, b: Bias, A: Tensor, B: Tensor, alpha: float) -> Bias:
    return b


MERGES = {
    "the scaling alpha / r is missing": lambda W, b, A, B, alpha: W + product(B, A),
    "the scaling is alpha / r, not alpha": lambda W, b, A, B, alpha: W + alpha * product(B, A),
    "the scaling is alpha / r, and was rounded to a whole number":
        lambda W, b, A, B, alpha: W + alpha // len(A) * product(B, A),
    "the scaling is alpha / r: r was written as a number, but it is the number of rows of A":
        lambda W, b, A, B, alpha: W + alpha / 2 * product(B, A),
    "r is the number of rows of A, not of its columns":
        lambda W, b, A, B, alpha: W + alpha / A.shape[1] * product(B, A),
    "r is the number of rows of A, not of those of B": lambda W, b, A, B, alpha:
        W + alpha / len(B) * product(B, A),
    "the scaling is alpha / r, not r / alpha": lambda W, b, A, B, alpha: W + len(A) / alpha * product(B, A),
    "B A came out transposed": lambda W, b, A, B, alpha: W + alpha / len(A) * product(B, A).T,
    "A B came out, and it is B A": lambda W, b, A, B, alpha: W + alpha / len(A) * A @ B,
    "W is missing: the change is ADDED to it": lambda W, b, A, B, alpha: alpha / len(A) * product(B, A),
    "the change was subtracted; it is added": lambda W, b, A, B, alpha: W - alpha / len(A) * product(B, A),
    "the weight came back as it was": lambda W, b, A, B, alpha: W,
}  # fmt: skip


def _merge_cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(d_out: int, d_in: int, r: int, bias: bool = True, dtype: torch.dtype = torch.float32) -> dict:
        b = draw.tensor(d_out, low=1, high=3, dtype=dtype) if bias else None
        A, B = draw.tensor(r, d_in, dtype=dtype), draw.tensor(d_out, r, dtype=dtype)
        tolerance = 1e-4 if dtype == torch.float32 else 1e-5
        alpha = r * draw.number(2, 5) + 0.5
        return case(draw.tensor(d_out, d_in, dtype=dtype), b, A, B, alpha, tolerance=tolerance)

    return {
        "3 -> 3, r = 2": one(3, 3, 2), "3 -> 3, r = 3": one(3, 3, 3), "5 -> 2, r = 1": one(2, 5, 1),
        "2 -> 6, r = 4": one(6, 2, 4), "4 -> 4, r = 2": one(4, 4, 2), "no bias": one(3, 4, 2, bias=False),
        "float64": one(4, 3, 2, dtype=torch.float64),
    }  # fmt: skip


ALL = tuple(_merge_cases(0))
PAIR = "(weight, bias)"
WITH = tuple(name for name in ALL if name != "no bias")
merge_lora = Exercise(
    "lesson_07.merge_lora", "merge_lora", _merge_cases, call_each,
    (
        values("the new weight is W + (alpha / r) B A", ALL, _merged, "the merged weight",
               "r is the number of rows of A, and B A has the shape of W", MERGES, first_of(PAIR)),
        values("the bias stays as it is", WITH, _bias, "the bias",
               "LoRA changes W alone: hand the bias back as it came", {}, second_of(PAIR)),
        values("no bias stays no bias", ("no bias",), _bias, "the bias of a layer without one",
        "hand None back", {},
               second_of(PAIR)),
        keeps_format(ALL[-1:], 0, first_of(PAIR), "the merged weight"),
        untouched(ALL, {0: "W", 1: "the bias", 2: "A", 3: "B"},
                  "{} was changed in place: unmerging would be impossible"),
    ),
)  # fmt: skip
