"""What a model remembers of its adapters, and the questions that every verb asks before it acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from torch import nn

from ia3_teach.layer import Adapted, Head
from ia3_teach.recipe import Recipe

STATE = "_ia3_teach"


@dataclass
class State:
    """The recipes by name, the active names, names per row inside `rows`, and how the model was before."""

    recipes: dict[str, Recipe] = field(default_factory=dict)
    active: tuple[str, ...] = ()
    rows: tuple[str | None, ...] | None = None
    trainable_before: set[str] = field(default_factory=set)
    merged: dict[str, Adapted | Head] = field(default_factory=dict)


def state_of(model: nn.Module) -> State:
    """The model's state; a fresh one where it has no adapters."""
    return getattr(model, STATE, None) or State()


def refuse_merged(state: State, what: str) -> None:
    """Raise while the adapters are merged into the weights."""
    if state.merged:
        raise ValueError(f"the model is merged; call unmerge(model) before you {what}")


def refuse_change(state: State, what: str) -> None:
    """Raise while the adapters are merged, or while each row of the batch has its own."""
    refuse_merged(state, what)
    if state.rows is not None:
        raise ValueError(f"each row has its own adapter now; leave `with rows(...)` before you {what}")


def known(state: State, names: Sequence[str]) -> Sequence[str]:
    """Return the names, or raise if the model lacks one of them."""
    for name in names:
        if not isinstance(name, str) or name not in state.recipes:
            has = ", ".join(state.recipes) or "none"
            raise ValueError(f"no adapter is called {name!r}; this model has: {has}")
    return names


def the_active(model: nn.Module) -> str:
    """The name of the only active adapter. Raises ValueError if there are none or several."""
    active = state_of(model).active
    if len(active) != 1:
        listed = ", ".join(active) or "none"
        raise ValueError(f"say which adapter you mean: {len(active)} are active ({listed})")
    return active[0]


def check_new_name(state: State, name: str) -> None:
    """Refuse names that are taken or that cannot name a module."""
    if not isinstance(name, str) or not name or "." in name or hasattr(nn.ModuleDict(), name):
        raise ValueError(
            f"an adapter's name is a word without dots, and no attribute of a dict; found {name!r}"
        )
    if name in state.recipes:
        raise ValueError(f"an adapter called {name!r} is already attached; detach it or choose another name")
