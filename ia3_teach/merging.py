r"""Fold the active adapters into the weights, and take them out again bit for bit.

l ⊙ (W x + b) = (l ⊙ W) x + l ⊙ b: after merging, inference costs exactly what the bare model costs
(paper, section 3.3). The originals are kept, so that unmerging is exact for every l, zeros included;
dividing by l, as is common, is not.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ia3_teach.layer import Adapted, Head, replace_module, wrapped
from ia3_teach.state import refuse_change, state_of


def merge(model: nn.Module) -> nn.Module:
    """Replace every adapted layer by a plain Linear with the active adapters folded in; returns the model.

    Arithmetic in at least float32, result in the weight's dtype. Raises ValueError, with the model unchanged,
    where there is nothing to merge, where it is merged already, or where a result is not finite.

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
    plain = {path: plain_module(path, place) for path, place in places.items()}
    for path, module in plain.items():
        replace_module(model, path, module)
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
        plain = model.get_submodule(path)
        like = next(plain.parameters())
        place.to(like.device).base.to(like.dtype)
        replace_module(model, path, place.train(plain.training))
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


def plain_module(path: str, place: Adapted | Head) -> nn.Module:
    """What stands at `path` in a model without adapters. Raises ValueError if it would not be finite."""
    if isinstance(place, Head):
        return place.chosen(place.active)
    weight, bias = folded(place)
    for kind, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and not torch.isfinite(tensor).all():
            raise ValueError(
                f"merging {path} would give a {kind} that is not finite; look for inf or NaN in it"
            )
    return same_linear(place.base, weight, bias)


@torch.no_grad()
def folded(place: Adapted) -> tuple[Tensor, Tensor | None]:
    """Weight (d_out, d_in) and bias with the active adapters folded in, in at least float32."""
    base = place.base
    dtype = torch.promote_types(base.weight.dtype, torch.float32)
    weight = base.weight if isinstance(base, nn.Linear) else base.weight.T
    weight, bias = weight.to(dtype), None if base.bias is None else base.bias.to(dtype)
    for adapter in place.active_adapters():
        weight, bias = adapter.fold(weight, bias)
    return weight, bias


def same_linear(base: nn.Module, weight: Tensor, bias: Tensor | None) -> nn.Module:
    """A new frozen layer like `base` (Conv1D keeps its transposed weight) with these values."""
    plain = copy.copy(base)
    plain._parameters = dict(base._parameters)
    stored = weight if isinstance(base, nn.Linear) else weight.T
    plain.weight = frozen_copy(stored, base.weight)
    if bias is not None:
        plain.bias = frozen_copy(bias, base.bias)
    return plain


def frozen_copy(tensor: Tensor, like: Tensor) -> nn.Parameter:
    """A parameter of its own memory in the dtype of `like`."""
    return nn.Parameter(tensor.to(like.dtype, copy=True).contiguous(), requires_grad=False)
