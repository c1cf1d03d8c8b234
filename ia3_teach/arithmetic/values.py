"""Read and move the learned vectors: one matrix per kind, and a dial from 1 to l and beyond."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ia3_teach.amounts import number
from ia3_teach.ia3 import IA3Vectors
from ia3_teach.layer import Adapted, wrapped
from ia3_teach.state import State, check_known, refuse_merged, state_of, the_active
from ia3_teach.wording import brief, short


def vectors(model: nn.Module, name: str | None = None) -> dict[str, Tensor]:
    """{"l_k": (n_layers, d), "l_v": ..., "l_ff": ...}: copies of an IA3 adapter's vectors, layer by layer.

    Where all layers have experts, l_ff is (n_layers, n_experts, d_ff). Without a name the only active adapter
    is read. Raises ValueError if it holds no IA3 vectors, or vectors of one name but several widths (explicit
    sites, or experts in some layers), which form no matrix.

    >>> from ia3_teach import IA3, attach
    >>> model = nn.Sequential(nn.Linear(2, 3))
    >>> _ = attach(model, IA3(sites={"0": "out"}))
    >>> vectors(model)
    {'l': tensor([[1., 1., 1.]])}
    """
    found: dict[str, dict[str, Tensor]] = {}
    for path, adapter in ia3_adapters(model, name).items():
        for vector, parameter in adapter.vectors().items():
            found.setdefault(vector, {})[path] = parameter.detach().clone()
    for vector, layers in found.items():
        check_widths(vector, layers)
    return {vector: torch.stack([*layers.values()]) for vector, layers in found.items()}


def check_widths(vector: str, layers: Mapping[str, Tensor]) -> None:
    """Refuse vectors of one name but several widths, with the sites of each."""
    sites: dict[str, list[str]] = {}
    for path, values in layers.items():
        sites.setdefault(" x ".join(map(str, values.shape)), []).append(path)
    if len(sites) > 1:
        each = "; ".join(f"{width} values at {', '.join(paths)}" for width, paths in sites.items())
        raise ValueError(
            f"{short(vector)} has {short(each, 300)}: vectors of several widths form no matrix; give "
            "each width an "
            "adapter of its own, or read the parameters of the layers"
        )


@torch.no_grad()
def set_vectors(model: nn.Module, values: dict[str, Tensor], name: str | None = None) -> None:
    """Write matrices such as `vectors` returns back into the adapter.

    Raises ValueError, with the model unchanged, for other names or shapes than the adapter's.
    """
    mine = vectors(model, name)
    wanted, found = shapes(mine), shapes(values)
    if wanted != found:
        raise ValueError(f"the adapter's vectors have the shapes {short(wanted)}; found {short(found)}")
    rows = {vector: iter(matrix) for vector, matrix in values.items()}
    adapters = ia3_adapters(model, name)
    for path, adapter in adapters.items():
        check_written(path, adapter)
    for adapter in adapters.values():
        for vector, parameter in adapter.vectors().items():
            parameter.copy_(next(rows[vector]))


def check_written(path: str, adapter: IA3Vectors) -> None:
    """Refuse vectors that are computed anew in every pass, into which nothing can be written."""
    computed = [name for name, vector in adapter.vectors().items() if not isinstance(vector, nn.Parameter)]
    if computed:
        raise ValueError(
            f"{short(computed[0])} of {short(path)} is computed anew in every pass (by a parametrization or "
            "by pruning), so nothing can be written into it; make it an ordinary parameter first"
        )


@dataclass(eq=False)
class Turned:
    """An open dial: whose vectors it turned, and what it puts back."""

    name: str
    before: dict[str, Tensor]


@contextmanager
def dial(model: nn.Module, strength: float, name: str | None = None) -> Iterator[nn.Module]:
    """Inside this context every vector is l(λ) = 1 + λ (l - 1), with λ = `strength`; afterwards l is back.

    λ = 0 is the frozen model, 1 the trained one; beyond 1 exaggerates, below 0 reverses. Dials may end in any
    order, whichever adapter is active then. Raises ValueError for a strength that is no finite number.
    """
    strength = number("strength", strength)
    state, name = state_of(model), the_active(model) if name is None else name
    turned = Turned(name, vectors(model, name))
    moved = {vector: 1 + strength * (learned - 1) for vector, learned in turned.before.items()}
    set_vectors(model, moved, name)
    state.dials.append(turned)
    try:
        yield model
    finally:
        turn_back(model, state, turned)


def turn_back(model: nn.Module, state: State, turned: Turned) -> None:
    """Write back what a dial found; where a later one of the same adapter is open, that one will."""
    place = state.dials.index(turned)
    state.dials.remove(turned)
    later = next((other for other in state.dials[place:] if other.name == turned.name), None)
    if later is not None:
        later.before = turned.before
    elif turned.name in state.recipes:  # else it was detached inside
        set_vectors(model, turned.before, turned.name)


def ia3_adapters(model: nn.Module, name: str | None) -> dict[str, IA3Vectors]:
    """{path: the adapter's part there} in model order. Raises ValueError if there are none."""
    refuse_merged(state_of(model), "read or move its vectors")
    name = the_active(model) if name is None else check_known(state_of(model), [name])[0]
    places = {path: place for path, place in wrapped(model, Adapted).items() if name in place.adapters}
    mine = {path: place.adapters[name] for path, place in places.items()}
    found = {path: adapter for path, adapter in mine.items() if isinstance(adapter, IA3Vectors)}
    if not found:
        raise ValueError(f"adapter {brief(name)} holds no IA3 vectors; attach(model, IA3()) makes some")
    return found


def shapes(values: dict[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """{name: shape}."""
    return {name: tuple(value.shape) for name, value in values.items()}
