"""Checks of lesson 08: merging into a Linear of any format, taking it back, and batches of many tasks."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ia3_teach.check.core import expect, expect_close, expect_equal, run_properties
from ia3_teach.check.mixed_batch import scale_rows
from ia3_teach.check.undoing import merge_with_undo

__all__ = ["merge_linear", "merge_with_undo", "scale_rows"]


def _square(bias: bool = True) -> tuple[nn.Linear, Tensor]:
    """A square layer, so that rows and columns can be mistaken for each other, and a vector."""
    layer = nn.Linear(3, 3, bias=bias)
    layer.weight.data = torch.arange(1.0, 10.0).reshape(3, 3)
    if bias:
        layer.bias.data = torch.tensor([1.0, -2.0, 3.0])
    return layer.requires_grad_(False), torch.tensor([2.0, 0.5, 3.0])


def _merged(merge: Callable, layer: nn.Linear, l: Tensor, side: str) -> nn.Linear:
    """Call the answer and insist on a plain layer."""
    found = merge(layer, l, side)
    expect(
        type(found) is nn.Linear, "a plain nn.Linear", type(found).__name__,
        "make one with nn.Linear(in_features, out_features, bias=...) and return it",
    )  # fmt: skip
    return found


def _by_rows(weight: Tensor, l: Tensor) -> Tensor:
    return torch.stack([row * factor for row, factor in zip(weight, l, strict=True)])


def _scales_rows_and_bias(merge: Callable) -> None:
    """side "out": output j is multiplied by l[j], its bias too"""
    (layer, l), (handed, _) = _square(), _square()
    found = _merged(merge, handed, l, "out")
    rows, columns = _by_rows(layer.weight, l), _by_rows(layer.weight.T, l).T
    known = {'side "out" scaled the columns: an output is a row of W': columns}
    expect_close(found.weight, rows, 'the weight, side "out"', "W'[j, i] = l[j] W[j, i]", known)
    known = {"the bias was forgotten: l multiplies W x + b, so b as well": layer.bias}
    expect_close(found.bias, l * layer.bias, 'the bias, side "out"', "b'[j] = l[j] b[j]", known)


def _scales_columns_alone(merge: Callable) -> None:
    """side "in": input i is multiplied by l[i], the bias by nothing"""
    (layer, l), (handed, _) = _square(), _square()
    found = _merged(merge, handed, l, "in")
    rows, columns = _by_rows(layer.weight, l), _by_rows(layer.weight.T, l).T
    known = {'side "in" scaled the rows: an input is a column of W': rows}
    expect_close(found.weight, columns, 'the weight, side "in"', "W'[j, i] = W[j, i] l[i]", known)
    known = {"the bias was scaled on the input side: b is added after l has done its work": l * layer.bias}
    expect_close(found.bias, layer.bias, 'the bias, side "in"', "the bias stays as it is", known)


def _does_without_bias(merge: Callable) -> None:
    """a layer without bias stays without"""
    layer, l = _square(bias=False)
    for side in ("out", "in"):
        found = _merged(merge, layer, l, side)
        expect_equal(found.bias, None, f"the bias, side {side!r}", "nn.Linear(..., bias=False) has none")


def _keeps_the_format(merge: Callable) -> None:
    """a bfloat16 layer gives a bfloat16 layer"""
    layer, l = _square()
    found = _merged(merge, layer.bfloat16(), l, "out")
    for kind, tensor in (("weight", found.weight), ("bias", found.bias)):
        grown = "cast the product back: a merged bfloat16 model is not twice as large as before"
        expect_equal(tensor.dtype, torch.bfloat16, f"the dtype of the {kind}", grown)


def _rounds_once(merge: Callable) -> None:
    """the product is computed in float32 and rounded once"""
    layer = nn.Linear(1, 1).bfloat16().requires_grad_(False)
    layer.weight.fill_(1.9921875)  # the last number of bfloat16 before 2
    layer.bias.fill_(0)
    for side in ("out", "in"):
        found = _merged(merge, layer, torch.tensor([1.003]), side).weight
        known = {
            "l was rounded to bfloat16 first, where 1.003 is 1: multiply in float32": torch.tensor(
                [[1.9921875]]
            )
        }
        what = f"1.9921875 times 1.003 in bfloat16, side {side!r}"
        expect_close(found, torch.tensor([[2.0]]), what, "round the product, nothing before it", known)


def _leaves_the_layer_alone(merge: Callable) -> None:
    """the layer that was handed over is not changed"""
    layer, l = _square()
    for side in ("out", "in"):
        found = _merged(merge, layer, l, side)
        found.weight.data.zero_()
        found.bias.data.zero_()
    mistake = "the original was overwritten, or shares its memory: the new layer needs tensors of its own"
    expect_close(layer.weight, _square()[0].weight, "the old weight", mistake)
    expect_close(layer.bias, _square()[0].bias, "the old bias", mistake)


def merge_linear(merge: Callable) -> None:
    """Check `merge_linear(linear, l, side)`: a new plain Linear of the same format with l folded in."""
    run_properties(
        merge,
        [
            _scales_rows_and_bias, _scales_columns_alone, _does_without_bias, _keeps_the_format,
            _rounds_once, _leaves_the_layer_alone,
        ],
    )  # fmt: skip
