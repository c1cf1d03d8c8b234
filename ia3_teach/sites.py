"""WHERE: which Linear layers carry a vector, on which side, and which channels are keys and values.

A *site* is a Linear with a vector. Side `out` multiplies its output (bias included), side `in` its input.
IA3 puts `l_k` and `l_v` on the outputs of the key and value projections and `l_ff` on the input of the
second feed-forward layer, which is the same as on the output of the non-linearity (paper, section 3.3).

Some architectures compute queries, keys and values in one fused Linear. Then one site carries two vectors
and `channels` says which output channels each one scales; `layouts.py` knows the orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

from ia3_teach.layer import linear_layers
from ia3_teach.layouts import per_head
from ia3_teach.patterns import match_all

Channels = Mapping[str, torch.Tensor | None]


@dataclass(frozen=True)
class Site:
    """One Linear, the side that is scaled, and its vectors: name -> channels (None means all of them)."""

    path: str
    side: str
    channels: Channels


@dataclass(frozen=True)
class Target:
    """A pattern of module paths with the side and the vector's name, or the layout of a fused layer."""

    pattern: str
    side: str
    vector: str = "l"
    layout: Callable[[object], Channels] | None = None


@dataclass(frozen=True)
class Architecture:
    """The paper's sites and the targets that PEFT 0.21 takes by default, for one `model_type`."""

    paper: tuple[Target, ...]
    peft: Mapping[str, str]
    lora: tuple[str, ...] = field(default=())


ARCHITECTURES = {
    "bert": Architecture(
        paper=(
            Target("attention.self.key", "out", "l_k"),
            Target("attention.self.value", "out", "l_v"),
            Target("layer.*.output.dense", "in", "l_ff"),
        ),
        peft={"key": "out", "value": "out", "output.dense": "in"},
        lora=("query", "value"),
    ),
    "bloom": Architecture(
        paper=(
            Target("query_key_value", "out", layout=per_head),
            Target("dense_4h_to_h", "in", "l_ff"),
        ),
        peft={"query_key_value": "out", "mlp.dense_4h_to_h": "in"},
        lora=("query_key_value",),
    ),
}


def architecture(model: nn.Module) -> Architecture:
    """Return the table entry for `model.config.model_type`.

    Raises ValueError where the architecture is unknown: pass explicit sites then.
    """
    name = getattr(getattr(model, "config", None), "model_type", None)
    if name not in ARCHITECTURES:
        raise ValueError(
            f"no table of sites for model_type {name!r}; known: {', '.join(sorted(ARCHITECTURES))}. "
            'Name the sites yourself, for example IA3(sites={"attn.key": "out", "mlp.down": "in"}).'
        )
    return ARCHITECTURES[name]


def find_sites(model: nn.Module, sites: str | Mapping[str, str]) -> list[Site]:
    """Resolve `"paper"`, `"peft"` or `{pattern: side}` to sites, in the order of the model's modules.

    Raises ValueError for an unknown word or side and for a pattern that matches no Linear.

    >>> [s.path for s in find_sites(nn.Sequential(nn.Linear(2, 3), nn.ReLU()), {"0": "out"})]
    ['0']
    """
    if isinstance(sites, Mapping):
        return explicit_sites(model, sites)
    if sites == "paper":
        return paper_sites(model)
    if sites == "peft":
        return explicit_sites(model, architecture(model).peft)
    raise ValueError(f'sites must be "paper", "peft" or a dict of patterns to sides; found {sites!r}')


def paper_sites(model: nn.Module) -> list[Site]:
    """The sites of the paper: every key, every value, every second feed-forward layer."""
    targets = architecture(model).paper
    matches = match_all(list(linear_layers(model)), [target.pattern for target in targets])
    by_pattern = {target.pattern: target for target in targets}
    return [make_site(model, path, by_pattern[pattern]) for path, pattern in matches.items()]


def make_site(model: nn.Module, path: str, target: Target) -> Site:
    """Build one site, asking the layout for the channels of a fused layer."""
    channels = {target.vector: None} if target.layout is None else target.layout(model.config)
    return Site(path, target.side, channels)


def explicit_sites(model: nn.Module, sites: Mapping[str, str]) -> list[Site]:
    """Sites from `{pattern: side}`; a site that is also one of the paper's keeps the paper's vector name."""
    wrong = {side for side in sites.values()} - {"in", "out"}
    if wrong or not sites:
        raise ValueError(f'a side is "in" or "out"; found {sorted(wrong) if wrong else "no sites at all"}')
    names = paper_names(model)
    matches = match_all(list(linear_layers(model)), list(sites))
    found = [(path, sites[pattern]) for path, pattern in matches.items()]
    return [Site(path, side, {names.get((path, side), "l"): None}) for path, side in found]


def paper_names(model: nn.Module) -> dict[tuple[str, str], str]:
    """(path, side) -> `l_k`, `l_v` or `l_ff` for the unfused sites of the paper; empty where unknown."""
    try:
        known = paper_sites(model)
    except ValueError:
        return {}
    return {(s.path, s.side): next(iter(s.channels)) for s in known if len(s.channels) == 1}
