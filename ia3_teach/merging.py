r"""Fold the active adapters into the weights, and take them out again bit for bit.

l ⊙ (W x + b) = (l ⊙ W) x + l ⊙ b: after merging, inference costs exactly what the bare model costs
(paper, section 3.3). The originals are kept, so that unmerging is exact for every l, zeros included;
dividing by l, as is common, is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ia3_teach.layer import Adapted, module_at, replace_module, weight_name, wrapped
from ia3_teach.patched import check_heads, check_same
from ia3_teach.precision import all_finite
from ia3_teach.state import refuse_change, state_of
from ia3_teach.wording import short


def merge(model: nn.Module) -> nn.Module:
    """Put every Linear back with the active adapters folded into its weight; returns the model.

    Arithmetic in at least float32, result in the weight's dtype. Raises ValueError, with the model unchanged,
    where there is nothing to merge, where it is merged already, where a result is not finite, or where hooks
    or patches would make the merged layer give something else (they are tried on random numbers).

    >>> from ia3_teach import IA3, attach, unmerge
    >>> model = nn.Sequential(nn.Linear(2, 3))
    >>> _ = attach(model, IA3(sites={"0": "out"}))
    >>> type(merge(model)[0]).__name__, type(unmerge(model)[0]).__name__
    ('Linear', 'Adapted')
    """
    state = state_of(model)
    refuse_change(state, "merge it")
    if not state.active:
        raise ValueError("there is no active adapter to merge; attach or activate one first")
    places = wrapped(model)
    layers = {id(place): (path, place) for path, place in places.items() if isinstance(place, Adapted)}
    folded = {number: finite(*layers[number]) for number in layers}
    for number, (path, place) in layers.items():
        check_same(path, place, folded[number])
    check_heads(places)
    for number, (_, place) in layers.items():
        place.originals = exchange(place.base, folded[number])
    for path, place in places.items():
        replace_module(model, path, place.base if isinstance(place, Adapted) else place.chosen(place.active))
    state.merged = places
    return model


def unmerge(model: nn.Module) -> nn.Module:
    """Put the original tensors and the adapters back; returns the model.

    Raises ValueError if it is not merged.
    """
    state = state_of(model)
    if not state.merged:
        raise ValueError("the model is not merged; call merge(model) first")
    for path, place in state.merged.items():
        plain = module_at(model, path)
        like, training = next(plain.parameters()), plain.training
        if isinstance(place, Adapted) and place.originals:
            exchange(place.base, place.originals)
            place.originals = {}
        place.to(like.device).base.to(like.dtype)
        if training != place.training:  # the model was told meanwhile; else each part keeps its own mode
            place.train(training)
        replace_module(model, path, place)
    state.merged = {}
    return model


@contextmanager
def merged(model: nn.Module) -> Iterator[nn.Module]:
    """Inside this context the model is merged; afterwards it is restored, whatever happened."""
    merge(model)
    try:
        yield model
    finally:
        if state_of(model).merged:
            unmerge(model)


def finite(path: str, place: Adapted) -> dict[str, nn.Parameter]:
    """The parameters of the layer at `path` with its adapters folded in. Raises ValueError if impossible."""
    base, name = place.base, weight_name(place.base)
    if name not in base._parameters:
        raise ValueError(
            f"the weight of {short(path)} is computed anew in every pass (by a parametrization or by "
            "pruning), so nothing can be folded into it; make it an ordinary parameter first"
        )
    if base._parameters[name].is_meta:
        raise ValueError(
            f"the weight of {short(path)} is not in memory (it is on the meta device); load it first"
        )
    weight, bias = folded(place)
    for kind, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and not all_finite(tensor):
            raise ValueError(
                f"merging {short(path)} would give a {short(kind)} that is not finite; look for "
                "inf or NaN in it"
            )
    made = {name: frozen_copy(transposed(base, weight), base._parameters[name])}
    if bias is None:
        return made
    if "bias" not in base._parameters:
        raise ValueError(f"{short(path)} cannot have a bias, and merging would give it one; go on unmerged")
    return made | {"bias": frozen_copy(bias, base.weight if base.bias is None else base.bias)}


@torch.no_grad()
def folded(place: Adapted) -> tuple[Tensor, Tensor | None]:
    """Weight (d_out, d_in) and bias with the active adapters folded in, in at least float32."""
    base = place.base
    own, bias = getattr(base, weight_name(base)), getattr(base, "bias", None)
    dtype = torch.promote_types(own.dtype, torch.float32)
    weight = transposed(base, own).to(dtype)
    bias = None if bias is None else bias.to(dtype)
    for adapter in place.active_adapters():
        weight, bias = adapter.fold(weight, bias)
    return weight, bias


def transposed(base: nn.Module, weight: Tensor) -> Tensor:
    """From the layer's own order of dimensions to (d_out, d_in), and back: Conv1D has (d_in, d_out)."""
    return weight.T if type(base).__name__ == "Conv1D" else weight


def exchange(base: nn.Module, parameters: dict[str, nn.Parameter]) -> dict[str, nn.Parameter]:
    """Put these parameters into the layer itself, whose hooks and patches go on; returns what was there."""
    before = {name: base._parameters[name] for name in parameters}
    base._parameters.update(parameters)
    return before


def frozen_copy(tensor: Tensor, like: Tensor) -> nn.Parameter:
    """A parameter of its own memory in the dtype of `like`."""
    return nn.Parameter(tensor.to(like.dtype, copy=True).contiguous(), requires_grad=False)
