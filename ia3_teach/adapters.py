"""HOW: put adapters on a model, take them off, and choose which are active."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from types import FunctionType

from torch import nn

from ia3_teach.layer import (
    Adapted,
    Head,
    Modules,
    Places,
    outer_modules,
    replace_module,
    unwrapped,
    wrapped,
)
from ia3_teach.recipe import Recipe
from ia3_teach.state import (
    State,
    at,
    check_apart,
    check_known,
    check_new_name,
    freeze,
    guard_embeddings,
    refuse_change,
    refuse_split,
    show,
    state_of,
    thaw,
)
from ia3_teach.wording import brief, listed, short


@dataclass(frozen=True)
class Handle:
    """What `attach` returns: prints as the table of everything that the adapter trains."""

    model: nn.Module
    name: str

    def __str__(self) -> str:
        from ia3_teach.counting import adapter_table

        return adapter_table(self.model, self.name)

    __repr__ = __str__


def attach(model: nn.Module, recipe: Recipe, name: str = "default") -> Handle:
    """Put a new adapter on the model, freeze everything else, and make it the only active one.

    Raises ValueError, with the model unchanged, for a name in use, a merged model, or an unfit recipe.

    >>> from ia3_teach.ia3 import IA3
    >>> model = nn.Sequential(nn.Linear(2, 3))
    >>> handle = attach(model, IA3(sites={"0": "out"}))
    >>> [name for name, p in model.named_parameters() if p.requires_grad]
    ['0.adapters.default.l']
    """
    state = state_of(model)
    check_recipe(recipe)
    refuse_change(state, "attach an adapter")
    refuse_split(model)
    check_new_name(state, name)
    plan, heads = recipe.plan(unwrapped(model)), recipe.heads(unwrapped(model))
    modules = {"": unwrapped(model), **outer_modules(model)}
    check_apart(modules, plan, heads)
    check_copies(modules, heads)
    check_read(modules, heads)
    if not state.recipes:
        freeze(model, state)
    for path, adapter in plan.items():
        place = at(modules, path, Adapted)
        place.adapters[name] = adapter.train(place.training)
    for path in heads:
        head = at(modules, path, Head)
        head.adapters[name] = copy.deepcopy(head.base)
    state.recipes[name] = recipe
    places = wrapped(model)
    choose(places, state, (name,))
    guard_embeddings(model, places)
    recipe.attached(unwrapped(model))
    return Handle(model, name)


def check_recipe(recipe: Recipe) -> None:
    """Refuse what is no recipe: the class without its brackets, its name, another library's settings."""
    if not isinstance(recipe, Recipe):
        raise ValueError(
            f"the recipe is an object of a method, such as IA3() or LoRA(r=4); found {brief(recipe)}"
        )


def check_copies(modules: Modules, heads: Sequence[str]) -> None:
    """Refuse a head with a `forward` put on an instance that a copy of it would not follow."""
    for path in heads:
        for inner, module in modules[path].named_modules(prefix=path):
            if isinstance(vars(module).get("forward"), FunctionType):
                raise ValueError(
                    f"the `forward` of {short(inner)} was replaced by a function that goes on "
                    "using the original "
                    "weights, also in the copy that an adapter trains; put it into a class of its own"
                )


def check_read(modules: Modules, heads: Sequence[str]) -> None:
    """Refuse the embedding that T5 or BART shares out: its parts read the weight by modules of their own."""
    kinds = {path: module for path, module in modules.items() if isinstance(module, nn.Embedding)}
    for path in [head for head in heads if head.endswith("shared") and head in kinds]:
        others = [other for other, module in kinds.items() if module.weight is kinds[path].weight]
        if len(others) > 1:
            named = [other for other in others if other != path]
            raise ValueError(
                f"{short(path)} is called by nothing: {listed(named)} use its weight, and would not follow a "
                "copy; name these in modules_to_save"
            )


def detach(model: nn.Module, name: str | None = None) -> None:
    """Take one adapter off, or all of them; with the last one gone the model is what it was before.

    Raises ValueError for an unknown name or a merged model.
    """
    state = state_of(model)
    refuse_change(state, "detach")
    names = list(state.recipes) if name is None else check_known(state, [name])
    for path, module in wrapped(model).items():
        for each in set(names) & set(module.adapters):
            del module.adapters[each]
        if not module.adapters:
            replace_module(model, path, module.base)
    for each in names:
        state.recipes.pop(each).detached(unwrapped(model))
    places = wrapped(model)
    show(places, state, tuple(each for each in state.active if each in state.recipes))
    guard_embeddings(model, places)
    if not state.recipes:
        thaw(model)


def activate(model: nn.Module, name: str | Sequence[str] | None) -> None:
    """Make these adapters the active and trainable ones: one name, several (their product), or None.

    Several active adapters with a head each use the head of the last one.
    Raises ValueError for an unknown name, a name given twice, or a merged model.
    """
    state = state_of(model)
    refuse_change(state, "activate another adapter")
    names = () if name is None else (name,) if isinstance(name, str) else tuple(name)
    check_known(state, names)
    if len(set(names)) != len(names):
        raise ValueError(f"each adapter can be active once; found {short(list(names))}")
    choose(wrapped(model), state, names)


def choose(places: Places, state: State, names: Sequence[str]) -> None:
    """Make these the active and trainable ones, without asking whether that may be."""
    show(places, state, names)
    for place in places.values():
        for name, adapter in place.adapters.items():
            adapter.requires_grad_(name in names)
