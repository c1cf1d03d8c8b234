"""HOW: put adapters on a model and take them off, choose which are active, give each row its own."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from torch import nn

from ia3_teach.layer import Adapted, Head, put, wrapped
from ia3_teach.recipe import Recipe

STATE = "_ia3_teach"


@dataclass
class State:
    """What the model remembers of its adapters: recipes, active names, and how it was before."""

    recipes: dict[str, Recipe] = field(default_factory=dict)
    active: tuple[str, ...] = ()
    trainable_before: set[str] = field(default_factory=set)
    merged: dict[str, Adapted | Head] = field(default_factory=dict)


@dataclass(frozen=True)
class Handle:
    """What `attach` returns: prints as the table of everything that the adapter trains."""

    model: nn.Module
    name: str

    def __str__(self) -> str:
        from ia3_teach.count import adapter_table

        return adapter_table(self.model, self.name)

    __repr__ = __str__


def attach(model: nn.Module, recipe: Recipe, name: str = "default") -> Handle:
    """Put a new adapter on the model, freeze everything else, and make it the only active one.

    Raises ValueError for a name in use, a merged model, or a recipe that does not fit; the model is unchanged then.

    >>> from ia3_teach.ia3 import IA3
    >>> model = nn.Sequential(nn.Linear(2, 3))
    >>> handle = attach(model, IA3(sites={"0": "out"}))
    >>> [name for name, p in model.named_parameters() if p.requires_grad]
    ['0.adapters.default.l']
    """
    state = state_of(model)
    refuse_merged(state, "attach an adapter")
    check_new_name(state, name)
    plan, heads = recipe.plan(model), recipe.heads(model)
    clash = [head for head in heads if any(path == head or path.startswith(f"{head}.") for path in plan)]
    if clash:
        raise ValueError(f"{clash} are trained in full as new heads; leave their layers out of the sites")
    if not state.recipes:
        state.trainable_before = {n for n, p in model.named_parameters() if p.requires_grad}
        model.requires_grad_(False)
        setattr(model, STATE, state)
    for path, adapter in plan.items():
        at(model, path, Adapted).adapters[name] = adapter
    for path in heads:
        head = at(model, path, Head)
        head.adapters[name] = copy.deepcopy(head.base)
    state.recipes[name] = recipe
    activate(model, name)
    return Handle(model, name)


def detach(model: nn.Module, name: str | None = None) -> None:
    """Take one adapter off, or all of them; with the last one gone the model is what it was before.

    Raises ValueError for an unknown name or a merged model.
    """
    state = state_of(model)
    refuse_merged(state, "detach")
    names = list(state.recipes) if name is None else known(state, [name])
    for path, module in wrapped(model).items():
        for each in names:
            if each in module.adapters:
                del module.adapters[each]
        if not module.adapters:
            put(model, path, module.base)
    for each in names:
        del state.recipes[each]
    activate(model, [each for each in state.active if each in state.recipes])
    if not state.recipes and hasattr(model, STATE):
        for parameter_name, parameter in model.named_parameters():
            parameter.requires_grad_(parameter_name in state.trainable_before)
        delattr(model, STATE)


def activate(model: nn.Module, name: str | Sequence[str] | None) -> None:
    """Make these adapters the active and trainable ones: one name, several (their product), or None.

    Raises ValueError for an unknown name, a name given twice, or a merged model.
    """
    state = state_of(model)
    refuse_merged(state, "activate another adapter")
    names = () if name is None else (name,) if isinstance(name, str) else tuple(name)
    known(state, names)
    if len(set(names)) != len(names):
        raise ValueError(f"each adapter can be active once; found {list(names)}")
    state.active = names
    for module in wrapped(model).values():
        module.active = names
        for each, adapter in module.adapters.items():
            adapter.requires_grad_(each in names)


@contextmanager
def disabled(model: nn.Module) -> Iterator[nn.Module]:
    """Inside this context the model computes as without adapters."""
    before = state_of(model).active
    activate(model, None)
    try:
        yield model
    finally:
        activate(model, before)


@contextmanager
def rows(model: nn.Module, names: Sequence[str | None]) -> Iterator[nn.Module]:
    """Inside this context row i of each batch goes through adapter names[i]; None is the bare model.

    Raises ValueError for an unknown name, a merged model, or (at the forward pass) a batch of another size.
    """
    state = state_of(model)
    refuse_merged(state, "mix adapters in a batch")
    if isinstance(names, str) or not names:
        raise ValueError(f'rows takes one name (or None) per row, such as ["a", None]; found {names!r}')
    before = state.active
    activate(model, list(dict.fromkeys(known(state, [name for name in names if name is not None]))))
    for module in wrapped(model).values():
        module.rows = tuple(names)
    try:
        yield model
    finally:
        for module in wrapped(model).values():
            module.rows = None
        activate(model, before)


def state_of(model: nn.Module) -> State:
    """The model's state; a fresh one where it has no adapters."""
    return getattr(model, STATE, None) or State()


def refuse_merged(state: State, what: str) -> None:
    """Raise while the adapters are merged into the weights."""
    if state.merged:
        raise ValueError(f"the model is merged; call unmerge(model) before you {what}")


def known(state: State, names: Sequence[str]) -> Sequence[str]:
    """Return the names, or raise if the model lacks one of them."""
    for name in names:
        if name not in state.recipes:
            has = ", ".join(state.recipes) or "none"
            raise ValueError(f"no adapter is called {name!r}; this model has: {has}")
    return names


def check_new_name(state: State, name: str) -> None:
    """Refuse names that are taken or that cannot name a module."""
    if not isinstance(name, str) or not name or "." in name or hasattr(nn.ModuleDict, name):
        raise ValueError(f"an adapter's name is a word without dots, and no method of a dict; found {name!r}")
    if name in state.recipes:
        raise ValueError(f"an adapter called {name!r} is already attached; detach it or choose another name")


def at(model: nn.Module, path: str, kind: type[Adapted | Head]) -> Adapted | Head:
    """The Adapted or Head at `path`, put there if it is not yet."""
    module = model.get_submodule(path)
    if not isinstance(module, kind):
        place = kind(module)
        place.train(module.training)
        put(model, path, place)
    return model.get_submodule(path)
