"""Layers with hooks or patches: does the layer with folded weights still give what the adapted one gives?

A hook, a `forward` put on the instance, a subclass: each may do anything, between W and l as well. So such a
layer is tried on random numbers, with its hooks running, before anything is merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules import module as of_every_module

from ia3_teach.hooks import HOOKS, is_acted_on
from ia3_teach.layer import Adapted, Head, Place, features, is_stack, weight_name
from ia3_teach.training.mode import in_mode
from ia3_teach.wording import short

ROUNDINGS = 16  # of the largest entry; folding and multiplying round a few times each
SIZES = (0.01, 1.0, 100.0)  # of the numbers that are tried: some hooks bend large ones only


def check_same(path: str, place: Adapted, folded: Mapping[str, nn.Parameter]) -> None:
    """Refuse to merge a layer that something else acts on, unless its output stays the same."""
    if not (is_patched(place) or is_patched(place.base)):
        return
    try:
        adapted, merged = tried(place, folded)
    except Exception as error:  # a stranger's hook may raise anything
        text = f"{sentence(path)}, and fails on an input of random numbers: {error}"
        raise ValueError(short(text, 590)) from error
    allowed = ROUNDINGS * torch.finfo(adapted.dtype).eps * adapted.abs().amax((1, 2))
    if not (adapted.shape == merged.shape and ((adapted - merged).abs().amax((1, 2)) <= allowed).all()):
        raise ValueError(
            f"{short(sentence(path))}, so that with the adapter folded into its weight it would "
            "give something else than it gives now; take that off, or go on unmerged"
        )


def sentence(path: str) -> str:
    """What the errors have in common."""
    return f"something beside its own weight acts on {path} (a hook, a `forward` of the instance, a subclass)"


def check_heads(places: Mapping[str, Place]) -> None:
    """Refuse to merge away a head whose own hooks would go with it."""
    for path, place in places.items():
        if isinstance(place, Head) and is_patched(place):
            raise ValueError(
                f"{short(path)} has hooks or a `forward` put on it after attaching, which merging "
                "would lose; "
                "put them on the chosen copy inside (its `adapters`), or take them off"
            )


def is_patched(module: nn.Module) -> bool:
    """Whether a call may do something else than the class says, or the class is a Linear of another kind."""
    everywhere = any(getattr(of_every_module, f"_global{name}") for name in HOOKS)
    other = isinstance(module, nn.Linear) and type(module).forward is not nn.Linear.forward
    return is_acted_on(module) or everywhere or other


@torch.no_grad()
def tried(place: Adapted, folded: Mapping[str, nn.Parameter]) -> tuple[Tensor, Tensor]:
    """What the layer gives for random numbers, adapted and merged; nothing is left changed."""
    base, weight = place.base, getattr(place.base, weight_name(place.base))
    width = features(base)[1 if is_stack(base) else 0]
    x = torch.randn(len(SIZES), 3, width, generator=torch.Generator().manual_seed(0))
    given = place.inputs((x * torch.tensor(SIZES)[:, None, None]).to(weight.device, weight.dtype))
    with in_mode(place, training=False):
        adapted = place(*given).clone()
        with exchanged(base, folded):
            return adapted.reshape(*x.shape[:2], -1), base(*given).reshape(*x.shape[:2], -1)


@contextmanager
def exchanged(base: nn.Module, parameters: Mapping[str, nn.Parameter]) -> Iterator[None]:
    """Inside this context the layer has these parameters."""
    before = dict(base._parameters)
    base._parameters.update(parameters)
    try:
        yield
    finally:
        base._parameters.update(before)
