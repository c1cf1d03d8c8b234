"""Read and move the learned vectors: one matrix per kind, and a dial from 1 to l and beyond."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from ia3_teach.ia3 import IA3Vectors
from ia3_teach.layer import Adapted, wrapped
from ia3_teach.state import known, refuse_merged, state_of, the_active


def vectors(model: nn.Module, name: str | None = None) -> dict[str, torch.Tensor]:
    """{"l_k": (n_layers, d), "l_v": ..., "l_ff": ...}: copies of an IA3 adapter's vectors, layer by layer.

    Without a name the only active adapter is read. Raises ValueError if it holds no IA3 vectors, or
    vectors of one name but several lengths (explicit sites).

    >>> from ia3_teach import IA3, attach
    >>> model = nn.Sequential(nn.Linear(2, 3))
    >>> _ = attach(model, IA3(sites={"0": "out"}))
    >>> vectors(model)
    {'l': tensor([[1., 1., 1.]])}
    """
    found: dict[str, list[torch.Tensor]] = {}
    for adapter in ia3_adapters(model, name):
        for vector, parameter in adapter.vectors().items():
            found.setdefault(vector, []).append(parameter.detach().clone())
    uneven = {vector: [len(layer) for layer in layers] for vector, layers in found.items()}
    uneven = {vector: lengths for vector, lengths in uneven.items() if len(set(lengths)) > 1}
    if uneven:
        raise ValueError(f"vectors of different lengths form no matrix: {uneven}; read them from the modules")
    return {vector: torch.stack(layers) for vector, layers in found.items()}


@torch.no_grad()
def set_vectors(model: nn.Module, values: dict[str, torch.Tensor], name: str | None = None) -> None:
    """Write matrices such as `vectors` returns back into the adapter.

    Raises ValueError, with the model unchanged, for other names or shapes than the adapter's.
    """
    mine = vectors(model, name)
    wanted, found = shapes(mine), shapes(values)
    if wanted != found:
        raise ValueError(f"the adapter's vectors have the shapes {wanted}; found {found}")
    rows = {vector: iter(matrix) for vector, matrix in values.items()}
    for adapter in ia3_adapters(model, name):
        for vector, parameter in adapter.vectors().items():
            parameter.copy_(next(rows[vector]))


@contextmanager
def dial(model: nn.Module, strength: float, name: str | None = None) -> Iterator[nn.Module]:
    """Inside this context every vector is l(λ) = 1 + λ (l - 1), with λ = `strength`; afterwards l is back.

    λ = 0 is the frozen model, 1 the trained one; beyond 1 exaggerates, below 0 reverses.
    """
    before = vectors(model, name)
    set_vectors(model, {vector: 1 + strength * (learned - 1) for vector, learned in before.items()}, name)
    try:
        yield model
    finally:
        set_vectors(model, before, name)


def ia3_adapters(model: nn.Module, name: str | None) -> list[IA3Vectors]:
    """The adapter's parts in model order. Raises ValueError if there are none."""
    refuse_merged(state_of(model), "read or move its vectors")
    name = the_active(model) if name is None else known(state_of(model), [name])[0]
    places = wrapped(model, Adapted).values()
    mine = [place.adapters[name] for place in places if name in place.adapters]
    found = [adapter for adapter in mine if isinstance(adapter, IA3Vectors)]
    if not found:
        raise ValueError(f"adapter {name!r} holds no IA3 vectors; attach(model, IA3()) makes some")
    return found


def shapes(values: dict[str, torch.Tensor]) -> dict[str, tuple[int, ...]]:
    """{name: shape}."""
    return {name: tuple(value.shape) for name, value in values.items()}
