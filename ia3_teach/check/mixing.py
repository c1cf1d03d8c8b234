"""Checks of lesson 09, third part: a weighted mixture of adapters around 1."""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.core import expect_close, expect_shape, run_properties

_WEIGHTS = [1.0, 0.5, -2.0]


def _three() -> Tensor:
    return torch.tensor([[1.5, 0.5, 1.0, 2.0], [3.0, 1.0, 0.75, 0.5], [1.25, 0.5, 2.0, 1.5]])


def _by_loop(vectors: Tensor, weights: list[float]) -> Tensor:
    """1 + the sum of w (l - 1), entry by entry."""
    columns = zip(*vectors.tolist(), strict=True)
    return torch.tensor(
        [1 + sum(w * (l - 1) for w, l in zip(weights, column, strict=True)) for column in columns]
    )


def _product(vectors: Tensor, weights: list[float]) -> Tensor:
    return (vectors ** torch.tensor(weights)[:, None]).prod(dim=0)


def _one_vector(mix: Callable) -> None:
    """one factor for each channel comes back"""
    mistake = "add up over the adapters, so that the channels are left"
    expect_shape(mix(_three(), list(_WEIGHTS)), (4,), "mix(vectors, weights)", mistake)


def _neutral_stays_neutral(mix: Callable) -> None:
    """adapters that do nothing mix to one that does nothing, whatever the weights"""
    expect_close(
        mix(torch.ones(2, 3), [1.0, 1.0]), torch.ones(3), "the mixture of ones",
        "which vector changes nothing, and does it come out?",
        known={
            "mixed around 0: two adapters that do nothing now double every channel": torch.full((3,), 2.0),
            "a 1 is missing: this is the departure from 1, not the factor": torch.zeros(3),
        },
        as_scale=True,
    )  # fmt: skip


def _weighted_departures(mix: Callable) -> None:
    """every departure from 1 counts with its weight"""
    vectors, total = _three(), sum(_WEIGHTS)
    even = [1 / 3] * 3
    expect_close(
        mix(_three(), list(_WEIGHTS)), _by_loop(vectors, _WEIGHTS), f"mix(vectors, {_WEIGHTS})",
        "write down 1 + the sum of w (l - 1) for one channel",
        known={
            "divided by what the weights make together, which adds up to 1 only in a mean":
                _by_loop(vectors, [w / total for w in _WEIGHTS]),
            "multiplied: a product of powers is the geometric mixture": _product(vectors, _WEIGHTS),
            "the weights had no effect: this is the plain mean": _by_loop(vectors, even),
            "the weights had no effect: this is the plain sum": _by_loop(vectors, [1.0] * 3),
            "negative weights lost their sign": _by_loop(vectors, [abs(w) for w in _WEIGHTS]),
        },
        as_scale=True,
    )  # fmt: skip


def _leaves_input_alone(mix: Callable) -> None:
    """the adapters that are handed in stay as they are"""
    vectors = _three()
    mix(vectors, list(_WEIGHTS))
    expect_close(vectors, _three(), "the vectors handed in", "make a new tensor; do not subtract in place")


def mix(answer: Callable) -> None:
    """Check `mix(vectors, weights)`: 1 + the weighted sum of departures from 1."""
    run_properties(answer, [_one_vector, _neutral_stays_neutral, _weighted_departures, _leaves_input_alone])
