"""Check of lesson 03, second part: four vectors on one attention, and the two that do the same."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import first_of, second_of, untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def four(length: int, signed: bool = False, dtype: torch.dtype = torch.float32) -> dict:
        make = draw.signed if signed else draw.factors
        return case(*(make(length, dtype).roll(place) for place in range(4)))  # each has its 0 elsewhere

    return {
        "four channels": four(4), "four others": four(4), "seven channels": four(7), "one channel": four(1),
        "negative factors and a zero": four(5, signed=True), "float64": four(3, dtype=torch.float64),
    }  # fmt: skip


def _k(q: Tensor, k: Tensor, v: Tensor, o: Tensor) -> Tensor:
    return torch.stack([a * b for a, b in zip(q, k, strict=True)])


def _v(q: Tensor, k: Tensor, v: Tensor, o: Tensor) -> Tensor:
    return torch.stack([a * b for a, b in zip(v, o, strict=True)])


WRONG_K = {
    "l_q was dropped: a score holds the product l_q l_k": lambda q, k, v, o: k,
    "l_k was dropped: a score holds the product l_q l_k": lambda q, k, v, o: q,
    "the two vectors come in the wrong order: l_k first": _v,
    "l_q and l_k were added; a score holds their product": lambda q, k, v, o: q + k,
    "the departures of l_q and l_k were added; a score holds the product": lambda q, k, v, o: q + k - 1,
    "l_o was moved into the keys: it acts after the softmax": lambda q, k, v, o: k * o,
    "l_o was moved into the keys as well: it acts after the softmax": lambda q, k, v, o: q * k * o,
    "l_v was moved into the keys as well: it acts after the softmax": lambda q, k, v, o: q * k * v,
    "l_k was divided by l_q; a score holds the product": lambda q, k, v, o: k / q,
    "every pair of channels was multiplied; only equal channels meet": lambda q, k, v, o: torch.outer(q, k),
    "the root was taken; a score holds the product as it is": lambda q, k, v, o: (q * k).sqrt(),
    "a negative product lost its sign": lambda q, k, v, o: (q * k).abs(),
}  # fmt: skip
WRONG_V = {
    "l_o was dropped: it scales what the values became": lambda q, k, v, o: v,
    "l_v was dropped: only l_o is left": lambda q, k, v, o: o,
    "l_v and l_o were added; the weighted sum lets a factor pass": lambda q, k, v, o: v + o,
    "the departures of l_v and l_o were added; the two factors multiply": lambda q, k, v, o: v + o - 1,
    "l_q was moved into the values: it acts before the softmax": lambda q, k, v, o: v * q,
    "l_q was moved into the values as well: it acts before the softmax": lambda q, k, v, o: v * o * q,
    "l_k was moved into the values as well: it acts before the softmax": lambda q, k, v, o: v * o * k,
    "l_v was divided by l_o; the two factors multiply": lambda q, k, v, o: v / o,
    "a negative product lost its sign": lambda q, k, v, o: (v * o).abs(),
}  # fmt: skip
ALL = tuple(_cases(0))
PAIR = "(l_k, l_v)"
fold_four = Exercise(
    "lesson_03.fold_four", "fold_four", _cases, call_each,
    (
        values("the new l_k does what l_q and l_k did", ALL, _k, "the new l_k", "which two meet in a score?",
               WRONG_K, first_of(PAIR), as_scale=True),
        values("the new l_v does what l_v and l_o did", ALL, _v, "the new l_v",
               "which two meet after the softmax?", WRONG_V, second_of(PAIR), as_scale=True),
        untouched(ALL, {0: "l_q", 1: "l_k", 2: "l_v", 3: "l_o"},
        "{} was changed: multiply into a new tensor, not in place"),
    ),
)  # fmt: skip
