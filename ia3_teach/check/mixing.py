"""Check of lesson 09, third part: a weighted mixture of adapters around 1."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise

Weights = list[float]


def _by_loop(vectors: Tensor, weights: Weights) -> Tensor:
    """1 + the sum of w (l - 1), entry by entry."""
    columns = zip(*vectors.tolist(), strict=True)
    entries = [1 + sum(w * (l - 1) for w, l in zip(weights, column, strict=True)) for column in columns]
    return torch.tensor(entries, dtype=torch.float64)


def _column(weights: Weights) -> Tensor:
    return torch.tensor(weights).double()[:, None]


def _mean(vectors: Tensor, weights: Weights) -> Tensor:
    return _by_loop(vectors, [1 / len(weights)] * len(weights))


AROUND_0 = {
    "mixed around 0: two adapters that do nothing now double every channel":
        lambda vectors, weights: (_column(weights) * vectors).sum(0),
    "a 1 is missing: this is the departure from 1, not the factor":
        lambda vectors, weights: _by_loop(vectors, weights) - 1,
    "the sum ran over the channels: add up over the adapters, so that the channels are left":
        lambda vectors, weights: 1 + (_column(weights) * (vectors - 1)).sum(1),
}  # fmt: skip
KNOWN = AROUND_0 | {
    "divided by what the weights make together, which adds up to 1 only in a mean":
        lambda vectors, weights: _by_loop(vectors, [w / sum(weights) for w in weights]),
    "divided by the number of adapters: this is a mean of departures, and a sum is asked for":
        lambda vectors, weights: _by_loop(vectors, [w / len(weights) for w in weights]),
    "multiplied: a product of powers is the geometric mixture":
        lambda vectors, weights: (vectors ** _column(weights)).prod(0),
    "the weights had no effect: this is the plain mean": _mean,
    "the weights had no effect: this is the plain sum":
        lambda vectors, weights: _by_loop(vectors, [1.0] * len(weights)),
    "negative weights lost their sign": lambda vectors, weights: _by_loop(vectors, [abs(w) for w in weights]),
    "the first weight was used for all": lambda vectors, weights: _by_loop(vectors,
    [weights[0]] * len(weights)),
    "the last adapter was left out": lambda vectors, weights: _by_loop(vectors[:-1], weights[:-1]),
    "the shape is (1, d): a vector of d factors is asked for": lambda vectors, weights: _by_loop(vectors,
    weights)[None],
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(adapters: int, d: int, signed: bool = False) -> dict:
        vectors = torch.stack([(draw.signed if signed else draw.factors)(d) for _ in range(adapters)])
        weights = [draw.real(0.3, 1.9) * (-1) ** number for number in range(adapters)]
        return case(vectors, weights, tolerance=1e-4)

    return {
        "ones, with the weights 1 and 1": case(torch.ones(2, 3), [1.0, 1.0]),
        "ones, with any weights": case(torch.ones(3, 4), [draw.real(0.3, 0.9), draw.real(-3, -2), 1.5]),
        "three adapters": one(3, 4), "three other adapters": one(3, 4), "two adapters": one(2, 5),
        "as many adapters as channels": one(4, 4), "one adapter": one(1, 3), "many adapters": one(6, 2),
        "negative factors and a zero": one(3, 5, signed=True),
        "weights that add up to 0": case(one(2, 3)["arguments"][0], [0.75, -0.75]),
    }  # fmt: skip


ALL = tuple(_cases(0))
mix = Exercise(
    "lesson_09.mix", "mix", _cases, call_each,
    (
        values("adapters that do nothing mix to one that does nothing, whatever the weights", ALL[:2],
        _by_loop,
               "the mixture of ones", "which vector changes nothing, and does it come out?", AROUND_0,
               as_scale=True),
        values("every departure from 1 counts with its weight", ALL[2:4], _by_loop, "mix(vectors, weights)",
               "write down 1 + the sum of w (l - 1) for one channel", KNOWN, as_scale=True),
        values("any number of adapters and of channels", ALL[4:], _by_loop, "mix(vectors, weights)",
               "add up over the adapters, so that the channels are left", KNOWN, as_scale=True),
        untouched(ALL, {0: "vectors", 1: "weights"}, "make a new tensor; do not subtract in place"),
    ),
)  # fmt: skip
