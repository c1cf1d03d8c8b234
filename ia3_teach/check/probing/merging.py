"""Probes of merging: into a new layer, in place with a way back."""

from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn

from ia3_teach.check.probing.calls import Case, each
from ia3_teach.check.probing.layers import linear
from ia3_teach.check.probing.recorded import Record


def merged_layers(answer: Any, cases: dict[str, Case]) -> Record:
    """Merge into a new layer, look at it, overwrite it, look at the old one."""
    return each(answer, cases, _merged)


def _merged(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    weight, bias, l, side = one["arguments"]
    layer = linear(weight, bias).requires_grad_(False)
    new = answer(layer, l, side)
    notes["kind"], notes["plain"] = type(new).__name__[:40], type(new) is nn.Linear
    if not notes["plain"]:
        return False
    notes["sizes"] = [new.in_features, new.out_features]
    notes["new weight"], notes["new bias"] = _copy(new.weight), _copy(new.bias)
    with torch.no_grad():
        for tensor in (new.weight, new.bias):
            if tensor is not None:
                tensor.data.zero_()
    notes["weight"], notes["bias"], notes["l"] = _copy(layer.weight), _copy(layer.bias), l
    return True


def _copy(tensor: Tensor | None) -> Tensor | None:
    return None if tensor is None else tensor.detach().clone()


def undone_merges(answer: Any, cases: dict[str, Case]) -> Record:
    """Merge two layers, undo both, the second one twice; merge again, and twice, and undo all."""
    return each(answer, cases, _undone)


def _undone(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    weights, biases, vectors = one["arguments"]
    layers = [linear(*both).requires_grad_(False) for both in zip(weights, biases, strict=True)]
    own = [(layer.weight, layer.bias) for layer in layers]
    undos = [answer(layer, l) for layer, l in zip(layers, vectors, strict=True)]
    notes["callable"] = [callable(undo) for undo in undos]
    notes["kind"] = type(undos[0]).__name__[:40]
    notes["vectors"] = [_copy(l) for l in vectors]
    notes["merged"] = [_held(layer) for layer in layers]
    notes["in place"] = [_still_holds(*both) for both in zip(layers, own, strict=True)]
    for undo in undos:
        undo()
    notes["undone"] = [_held(layer) for layer in layers]
    notes["in place"] += [_still_holds(*both) for both in zip(layers, own, strict=True)]
    with suppress(Exception):  # there may be nothing left to undo
        undos[1]()
    notes["undone twice"] = _held(layers[1])
    layer, (first, second) = layers[0], vectors
    undo = answer(layer, second.clone())
    notes["merged again"] = _held(layer)
    undo()
    outer = answer(layer, first.clone())
    inner = answer(layer, second.clone())
    inner()
    notes["inner undone"] = _held(layer)
    outer()
    notes["undone again"] = _held(layer)
    return True


def _still_holds(layer: nn.Linear, own: tuple[Tensor, Tensor]) -> bool:
    """Whether weight and bias are these very objects."""
    return layer.weight is own[0] and layer.bias is own[1]


def _held(layer: nn.Linear) -> list[Tensor]:
    return [layer.weight.detach().clone(), layer.bias.detach().clone()]
