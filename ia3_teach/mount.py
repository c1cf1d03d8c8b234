"""What `attach` and `detach` do to the model itself: freeze it and thaw it, and make places for adapters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import nn

from ia3_teach.layer import Adapted, Head, put, wrapped
from ia3_teach.lean.inner_activations import unwatch_activations, watch_activations
from ia3_teach.state import STATE, State, state_of


def freeze(model: nn.Module, state: State) -> None:
    """Remember what was trainable, freeze it all, and give the model its state."""
    state.trainable_before = {name for name, p in model.named_parameters() if p.requires_grad}
    model.requires_grad_(False)
    watch_activations(model)
    setattr(model, STATE, state)


def thaw(model: nn.Module) -> None:
    """Undo `freeze`."""
    before = state_of(model).trainable_before
    if hasattr(model, STATE):
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in before)
        unwatch_activations(model)
        delattr(model, STATE)


def check_apart(model: nn.Module, plan: Iterable[str], heads: Sequence[str]) -> None:
    """Refuse a module that would carry a vector and be trained in full as a head as well."""
    places = wrapped(model)
    old_heads = {path for path, place in places.items() if isinstance(place, Head)}
    sites = {*plan, *places} - old_heads
    clash = {site for site in sites for head in {*heads, *old_heads} if f"{site}.".startswith(f"{head}.")}
    clash |= old_heads & set(plan)
    clash |= {a for a in heads for b in {*heads, *old_heads} if a != b and f"{a}.".startswith(f"{b}.")}
    if clash or len(set(heads)) != len(heads):
        raise ValueError(
            f"{sorted(clash or heads)}: a module is either a site or (once) part of a head trained in full; "
            "leave it out of the sites or out of modules_to_save"
        )


def at(model: nn.Module, path: str, kind: type[Adapted | Head]) -> Adapted | Head:
    """The Adapted or Head at `path`, put there if it is not yet."""
    module = model.get_submodule(path)
    if isinstance(module, kind):
        return module
    place = kind(module).train(module.training)
    put(model, path, place)
    return place
