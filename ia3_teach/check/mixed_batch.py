"""Checks of a batch in which every row has its own vector (exercise 8.3)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_close, run_properties


def _batch() -> tuple[Tensor, dict[str, Tensor], list[str | None]]:
    """B = T = d, so that no wrong axis crashes; the order of the names is not that of the vectors."""
    y = torch.arange(1.0, 65.0).reshape(4, 4, 4)
    vectors = {"a": torch.linspace(0.5, 2.0, 4), "b": torch.linspace(3.0, -1.0, 4)}
    return y, vectors, ["b", None, "a", "b"]


def _row_by_row(y: Tensor, vectors: Mapping[str, Tensor], names: Sequence[str | None]) -> Tensor:
    """The truth, one row after the other."""
    found = y.clone()
    for row, name in enumerate(names):
        for channel in range(y.shape[-1]):
            factor = 1.0 if name is None else vectors[name][channel].item()
            found[row, :, channel] = y[row, :, channel] * factor
    return found


def _wrong_rows() -> dict[str, Tensor]:
    """What the known mistakes give on `_batch`, by what to say about them."""
    y, vectors, names = _batch()
    ones, zeros = torch.ones(4), torch.zeros(4)
    factors = torch.stack([vectors.get(name, ones) for name in names])
    dead = torch.stack([vectors.get(name, zeros) for name in names])
    order = torch.stack([vectors["a"], vectors["b"], vectors["a"], vectors["b"]])
    return {
        "the factors run over positions: (B, d) lines up with (T, d); make it (B, 1, d)": y * factors,
        "the factors were laid along the tokens: (B, d, 1) scales tokens": y * factors[:, :, None],
        "None silences its row: the bare model's factor is 1, not 0": y * dead[:, None],
        "every row got the first row's adapter": y * vectors["b"],
        "every row got all adapters: the product of the vectors": y * vectors["a"] * vectors["b"],
        "the vectors were taken in the order of the dict: look each name up": y * order[:, None],
        "nothing was scaled": y,
    }  # fmt: skip


def _gives_each_row_its_own(scale: Callable) -> None:
    """row i is multiplied by the vector of names[i], whatever B and T are"""
    y, vectors, names = _batch()
    found = scale(y.clone(), vectors, names)
    wanted = _row_by_row(y, vectors, names)
    expect_close(found, wanted, "the scaled batch", "compare row by row", _wrong_rows())


def _bare_rows_stay_bits(scale: Callable) -> None:
    """a batch of None alone comes back as it is"""
    y, vectors, _ = _batch()
    expect_close(scale(y.clone(), vectors, [None] * 4), y, "a batch without adapters", "None means ones")


def _takes_any_sizes(scale: Callable) -> None:
    """three rows of two tokens with five channels"""
    y, vectors, names = torch.randn(3, 2, 5), {"a": torch.randn(5), "b": torch.randn(5)}, ["a", "b", None]
    expect_close(
        scale(y.clone(), vectors, names), _row_by_row(y, vectors, names), "the scaled batch", "check d, B, T"
    )


def _refuses_unknown_names(scale: Callable) -> None:
    """a name without a vector is an error and not the bare model"""
    y, vectors, _ = _batch()
    try:
        found: Any = scale(y.clone(), vectors, ["a", "typo", None, "b"])
    except (KeyError, ValueError):
        return
    mistake = "a misspelt name went through as the bare model: look it up with [], not with get"
    expect(False, "an error for the name 'typo'", f"a {type(found).__name__}", mistake)


def _leaves_the_batch_alone(scale: Callable) -> None:
    """the activation that was handed over is not changed"""
    y, vectors, names = _batch()
    scale(y, vectors, names)
    expect_close(y, _batch()[0], "y after the call", "y was changed in place: make a new tensor")


def scale_rows(scale: Callable) -> None:
    """Check `scale_rows(y, vectors, names)`: y (B, T, d) with row i scaled by the vector of names[i]."""
    run_properties(
        scale,
        [
            _gives_each_row_its_own, _bare_rows_stay_bits, _takes_any_sizes, _refuses_unknown_names,
            _leaves_the_batch_alone,
        ],
    )  # fmt: skip
