"""Checks of folding a vector into a Linear's weight and bias (exercise 2.3)."""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_close, run_properties


def _weights() -> tuple[Tensor, Tensor, Tensor]:
    """A square weight, so that rows and columns can be mistaken for each other; a bias; a vector."""
    weight = torch.arange(1.0, 10.0).reshape(3, 3)
    return weight, torch.tensor([1.0, -2.0, 3.0]), torch.tensor([2.0, 0.5, 3.0])


def _answer(fold: Callable, *arguments: Tensor | str | None) -> tuple[Tensor, Tensor | None]:
    """Call `fold` and insist on a pair."""
    found = fold(*arguments)
    expect(
        isinstance(found, tuple) and len(found) == 2,
        "a pair (weight, bias)",
        f"{type(found).__name__}",
        "end with `return new_weight, new_bias`",
    )
    return found


def _scaled_rows(weight: Tensor, l: Tensor) -> Tensor:
    return torch.stack([row * factor for row, factor in zip(weight, l, strict=True)])


def _folds_rows(fold: Callable) -> None:
    """side "out": row j of the weight is multiplied by l[j]"""
    weight, bias, l = _weights()
    found, _ = _answer(fold, weight.clone(), bias.clone(), l, "out")
    known = {
        'side "out" scaled the columns: an output is a row of W': _scaled_rows(weight.T, l).T,
        "the weight came back as it was": weight,
    }
    expect_close(found, _scaled_rows(weight, l), 'the weight, side "out"', "W'[j, i] = l[j] W[j, i]", known)


def _folds_bias(fold: Callable) -> None:
    """side "out": the bias is multiplied too"""
    weight, bias, l = _weights()
    _, found = _answer(fold, weight.clone(), bias.clone(), l, "out")
    known = {"the bias was forgotten: l multiplies W x + b, so b as well": bias}
    expect_close(found, torch.tensor([2.0, -1.0, 9.0]), 'the bias, side "out"', "b'[j] = l[j] b[j]", known)


def _folds_columns(fold: Callable) -> None:
    """side "in": column i of the weight is multiplied by l[i]"""
    weight, bias, l = _weights()
    found, _ = _answer(fold, weight.clone(), bias.clone(), l, "in")
    known = {'side "in" scaled the rows: an input is a column of W': _scaled_rows(weight, l)}
    target = _scaled_rows(weight.T, l).T
    expect_close(found, target, 'the weight, side "in"', "W'[j, i] = W[j, i] l[i]", known)


def _spares_bias(fold: Callable) -> None:
    """side "in": the bias stays as it is"""
    weight, bias, l = _weights()
    _, found = _answer(fold, weight.clone(), bias.clone(), l, "in")
    known = {"the bias was scaled on the input side: b is added after l has done its work": l * bias}
    expect_close(found, bias, 'the bias, side "in"', "return the bias as it came", known)


def _folds_without_bias(fold: Callable) -> None:
    """a layer without bias stays without"""
    weight, _, l = _weights()
    for side in ("out", "in"):
        _, found = _answer(fold, weight.clone(), None, l, side)
        mistake = "a missing bias stays missing: return None for it"
        expect(found is None, f"bias None for side={side!r}", f"{found}", mistake)


def _leaves_weights_alone(fold: Callable) -> None:
    """the tensors that were handed over are not changed"""
    weight, bias, l = _weights()
    for side in ("out", "in"):
        _answer(fold, weight, bias, l, side)
    mistake = "the frozen tensors were overwritten: make new ones (no *=, no mul_)"
    expect_close(weight, _weights()[0], "weight after the call", mistake)
    expect_close(bias, _weights()[1], "bias after the call", mistake)


def fold(fold: Callable) -> None:
    """Check `fold(weight, bias, l, side)`, which returns a new pair (weight, bias)."""
    run_properties(
        fold,
        [_folds_rows, _folds_bias, _folds_columns, _spares_bias, _folds_without_bias, _leaves_weights_alone],
    )
