"""Checks of merging in place with a way back (exercise 8.2)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ia3_teach.check.core import expect, expect_close, expect_equal, run_properties

Undo = Callable[[], object]


def _layer(dtype: torch.dtype = torch.float32) -> nn.Linear:
    """A layer with entries for which division rounds, and a bias."""
    torch.manual_seed(0)
    return nn.Linear(40, 40).to(dtype).requires_grad_(False)


def _vector() -> Tensor:
    """Ordinary factors between 0.3 and 1.7."""
    return 0.3 + 1.4 * torch.rand(40, generator=torch.Generator().manual_seed(1))


def _call(merge: Callable, layer: nn.Linear, l: Tensor) -> Undo:
    """Merge, and insist on a function to undo it."""
    undo = merge(layer, l.clone())
    mistake = "return the inner function itself: `return undo`, without parentheses"
    expect(callable(undo), "a function that takes no argument", type(undo).__name__, mistake)
    return undo


def _folds_in(merge: Callable) -> None:
    """afterwards the layer computes l * (W x + b)"""
    layer, old, l = _layer(), _layer(), _vector()
    _call(merge, layer, l)
    known = {
        "the layer was left unmerged": old.weight,
        "the columns were scaled, not the rows": old.weight * l,
    }
    expect_close(layer.weight, l[:, None] * old.weight, "the merged weight", "W'[j, i] = l[j] W[j, i]", known)
    known = {"the bias was not merged: l multiplies W x + b": old.bias}
    expect_close(layer.bias, l * old.bias, "the merged bias", "b'[j] = l[j] b[j]", known)


def _brings_zeros_back(merge: Callable) -> None:
    """undo() brings back rows whose factor was 0"""
    layer, old, l = _layer(), _layer(), _vector()
    l[3] = 0.0
    _call(merge, layer, l)()
    row = layer.weight[3]
    divided = "0 / 0 is NaN: no division brings a row back that was multiplied by 0"
    expect(bool(row.isfinite().all()), "row 3 as it was", "NaN or inf in row 3, whose factor is 0", divided)
    kept = torch.equal(layer.weight, l[:, None] * old.weight)
    if kept:
        mistake = "undo() changed nothing: a second name for the same tensor is no copy, use clone()"
    else:
        mistake = "the row that was multiplied by 0 is gone: a small number added to l does not bring it back"
    expect(bool((row != 0).any()), "row 3 as it was", "zeros in row 3, whose factor is 0", mistake)


def _brings_every_bit_back(merge: Callable) -> None:
    """undo() restores weight and bias bit for bit, in every format"""
    for dtype in (torch.float32, torch.bfloat16):
        layer, old = _layer(dtype), _layer(dtype)
        _call(merge, layer, _vector())()
        expect_equal(layer.weight.dtype, dtype, "the dtype after undo()", "copy into the old tensor: copy_")
        wrong = int((layer.weight != old.weight).sum())
        mistake = "the way back rounds: keep the original tensor instead of computing it again"
        expect(wrong == 0, f"1,600 {dtype} weights as they were", f"{wrong} of them changed", mistake)
        same = torch.equal(layer.bias, old.bias)
        expect(same, "the bias as it was", "another bias", "the bias has to come back as well: keep it too")


def _can_be_repeated(merge: Callable) -> None:
    """merging and undoing again, with another vector, works as the first time"""
    layer, old = _layer(), _layer()
    for l in (_vector(), _vector().flip(0)):
        undo = _call(merge, layer, l)
        expect_close(
            layer.weight, l[:, None] * old.weight, "the weight merged again", "start from the original"
        )
        undo()
    expect(torch.equal(layer.weight, old.weight), "the old weight", "another one", "undo both times")


def merge_with_undo(merge: Callable) -> None:
    """Check `merge_with_undo(linear, l)`: merges in place and returns a function that takes it back."""
    run_properties(merge, [_folds_in, _brings_zeros_back, _brings_every_bit_back, _can_be_repeated])
