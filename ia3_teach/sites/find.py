"""WHERE: which Linear layers carry a vector, on which side, and which channels are keys and values.

A *site* is a Linear with a vector. Side `out` multiplies its output (bias included), side `in` its input.
IA3 puts `l_k` and `l_v` on the outputs of the key and value projections and `l_ff` on the input of the
second feed-forward layer, which is the same as on the output of the non-linearity (paper, section 3.3).

Some architectures compute queries, keys and values in one fused Linear. Then one site carries two vectors
and `channels` says which output channels each one scales; `layouts.py` knows the orders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import torch
from torch import nn

from ia3_teach.layer import features, is_stack, scalable_layers, unwrapped
from ia3_teach.sites.architectures import COMPOSED, Channels, Target, architecture
from ia3_teach.sites.patterns import Pattern, hits_of
from ia3_teach.sites.targets import ALL_LINEAR, all_linears, match_linears
from ia3_teach.wording import brief, short


@dataclass(frozen=True)
class Site:
    """One Linear, the side that is scaled, and its vectors: name -> channels (None means all of them).

    `attended`: its output goes to the attention, which keeps keys and values for its own backward.
    """

    path: str
    side: str
    channels: Channels
    attended: bool = False


def find_sites(model: nn.Module, sites: str | Mapping[Pattern, str], heads: Sequence[str] = ()) -> list[Site]:
    """Resolve `"paper"`, `"peft"`, `"all-linear"` or `{pattern: side}` to sites, in the order of the modules.

    `"all-linear"` scales the outputs of every Linear outside the output embedding and the `heads`.
    Raises ValueError for an unknown word or side and for a pattern that matches no Linear.

    >>> [s.path for s in find_sites(nn.Sequential(nn.Linear(2, 3), nn.ReLU()), {"0": "out"})]
    ['0']
    """
    model = unwrapped(model)
    if isinstance(sites, Mapping):
        return explicit_sites(model, sites)
    if sites == "paper":
        return paper_sites(model)
    if sites == "peft":
        return explicit_sites(model, peft_targets(model))
    if sites == ALL_LINEAR:
        return named_sites(model, dict.fromkeys(all_linears(model, heads), "out"))
    raise ValueError(
        f'sites must be "paper", "peft", "all-linear" or a dict of patterns to sides; found {brief(sites)}'
    )


def paper_sites(model: nn.Module) -> list[Site]:
    """The sites of the paper: every key, every value, every second feed-forward layer."""
    if getattr(getattr(model, "config", None), "model_type", None) in COMPOSED:
        parts = {"encoder": model.encoder, "decoder": model.decoder}
        found = [(name, site) for name, part in parts.items() for site in paper_sites(part)]
        return [replace(site, path=f"{name}.{site.path}") for name, site in found]
    layers = scalable_layers(model)
    targets = architecture(model).paper
    there = [each for each in targets if not each.in_some or hits_of(each.pattern, list(layers))]
    by_pattern = {target.pattern: target for target in there}
    matches = match_linears(model, list(by_pattern), layers)
    lay_out = cache(partial(channels_of, model.config))  # once for all layers of a size
    sites = []
    for path, pattern in matches.items():
        target = by_pattern[pattern]
        channels = lay_out(target, features(layers[path])[1])
        sites.append(Site(path, target.side, channels, target.side == "out"))
    return sites


def channels_of(config: object, target: Target, d_out: int) -> Channels:
    """What each vector of a site scales; the layout knows it of a fused layer."""
    if target.layout is None:
        return {target.vector: None}
    with torch.device("cpu"):  # a list of numbers, also for a model without memory
        return target.layout(config, d_out)


def peft_targets(model: nn.Module) -> Mapping[str, str]:
    """PEFT's default patterns and sides. Raises ValueError where PEFT has none."""
    targets = architecture(model).peft
    if not targets:
        name = model.config.model_type
        raise ValueError(
            f'PEFT has no default for model_type {brief(name)}; take sites="paper" or name the sites'
        )
    return targets


def explicit_sites(model: nn.Module, sites: Mapping[Pattern, str]) -> list[Site]:
    """Sites from `{pattern: side}`. Raises ValueError for another side than "in" and "out"."""
    wrong = {side for side in sites.values()} - {"in", "out"}
    if wrong or not sites:
        raise ValueError(
            f'a side is "in" or "out"; found {short(sorted(wrong) if wrong else "no sites at all")}'
        )
    layers = scalable_layers(model)
    sides = {path: sites[name] for path, name in match_linears(model, list(sites), layers).items()}
    outside = [path for path, side in sides.items() if side == "out" and is_stack(layers[path])]
    if outside:
        raise ValueError(
            f"{short(outside[0])} is a stack of experts, whose vectors scale their inner activations; "
            'write "in"'
        )
    return named_sites(model, sides)


def named_sites(model: nn.Module, sides: Mapping[str, str]) -> list[Site]:
    """Sites from {path: side}; a site that is also one of the paper's keeps the paper's vector name."""
    known = known_sites(model)
    names = {where: next(iter(site.channels)) for where, site in known.items() if len(site.channels) == 1}
    attended = {where for where, site in known.items() if site.attended}
    return [Site(*where, {names.get(where, "l"): None}, where in attended) for where in sides.items()]


def known_sites(model: nn.Module) -> dict[tuple[str, str], Site]:
    """(path, side) -> the paper's site there; empty where unknown."""
    try:
        return {(site.path, site.side): site for site in paper_sites(model)}
    except ValueError:
        return {}
