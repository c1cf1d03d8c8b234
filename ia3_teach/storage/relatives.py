"""Adapters of the family: the recipe and the values that a directory holds, and whether they fit."""

from __future__ import annotations

import math

from torch import nn

from ia3_teach.amounts import no_larger_than
from ia3_teach.recipe import Recipe
from ia3_teach.storage.methods import method_of
from ia3_teach.storage.peft_format import CONFIG, OWN, TENSORS
from ia3_teach.storage.stored import Stored, Tensors
from ia3_teach.wording import brief, short, with_article

SMALL = 2**20  # values: 4 MB


def is_relative(stored: Stored) -> bool:
    """Whether the directory holds a method of the family."""
    return method_of(stored.config) is not None


def own_fields(stored: Stored) -> set[str]:
    """The fields of the config that belong to the method."""
    kind = method_of(stored.config)
    if kind is None:
        return set()
    return {"method", "settings"} if stored.config["peft_type"] == OWN else set(kind.peft_fields)


def values_of(stored: Stored) -> Tensors:
    """{path: {our name: values}}; names that are no one's stay as they are."""
    names = {theirs: ours for ours, theirs in method_of(stored.config).tensor_names.items()}
    return {
        path: {names.get(name, name): values for name, values in parts.items()}
        for path, parts in stored.sites.items()
    }


def recipe_of(stored: Stored) -> Recipe:
    """The recipe on exactly the sites of the file. Raises ValueError for settings that do not make one."""
    kind, heads = method_of(stored.config), tuple(stored.heads)
    try:
        if stored.config["peft_type"] == OWN:
            settings = stored.setting("settings", dict, {})
        else:
            settings = kind.from_peft(stored.config)
        return kind.from_file(settings, values_of(stored), heads)
    except (TypeError, KeyError) as error:
        text = f"{CONFIG} has settings that do not make {with_article(kind.__name__)}: {error}"
        raise ValueError(short(text, 300)) from error


def check_relative(model: nn.Module, stored: Stored) -> None:
    """Refuse sites that the model lacks, and tensors of other names or shapes than the recipe's own."""
    values = values_of(stored)
    with no_larger_than(most_values(values)):
        plan = recipe_of(stored).plan(model)
    for path in {**plan, **values}:
        adapter = plan[path].state_dict() if path in plan else {}
        wanted = {key: tuple(value.shape) for key, value in adapter.items()}
        found = {key: tuple(value.shape) for key, value in values.get(path, {}).items()}
        if wanted != found:
            raise ValueError(
                f"{short(path)} has {brief(found)} in {TENSORS}, and the recipe makes {brief(wanted)}: "
                "another base model, or the file is not complete"
            )


def most_values(sites: Tensors) -> int:
    """What no tensor made for this file may exceed: its largest one, or what costs nothing to make."""
    sizes = (math.prod(values.shape) for parts in sites.values() for values in parts.values())
    return max(SMALL, *sizes)
