"""Adapters of the methods that PEFT has no format for: the recipe from the settings, and whether it fits.

The methods are not known here: the package of the family is asked by the name that the file gives, and hands
out none but its own.
"""

from __future__ import annotations

import importlib

from torch import nn

from ia3_teach.recipe import Recipe
from ia3_teach.storage.peft_format import CONFIG, OWN, TENSORS
from ia3_teach.storage.stored import Stored
from ia3_teach.wording import brief

FAMILY = "ia3_teach.family"


def is_relative(stored: Stored) -> bool:
    """Whether the directory holds a method of the family."""
    return stored.config.get("peft_type") == OWN


def recipe_of(stored: Stored) -> Recipe:
    """The recipe on exactly the sites of the file. Raises ValueError for an unknown method or setting."""
    method = stored.setting("method", str, "")
    settings = stored.setting("settings", dict, {})
    kinds = importlib.import_module(FAMILY)
    if method not in kinds.names():
        known = ", ".join(kinds.names())
        raise ValueError(f"the adapter is of method {brief(method)}; this library has {known}")
    try:
        kind = getattr(kinds, method)
        return kind.from_file(settings, stored.sites, tuple(stored.heads))
    except (TypeError, KeyError) as error:
        raise ValueError(f"{CONFIG} has settings that do not make a {method}: {error}"[:300]) from error


def check_relative(model: nn.Module, stored: Stored) -> None:
    """Refuse sites that the model lacks, and tensors of other names or shapes than the recipe's own."""
    plan = recipe_of(stored).plan(model)
    for path, adapter in plan.items():
        wanted = {key: tuple(value.shape) for key, value in adapter.state_dict().items()}
        found = {key: tuple(value.shape) for key, value in stored.sites[path].items()}
        if wanted != found:
            raise ValueError(
                f"{path} has {brief(found)} in {TENSORS}, and the recipe makes {brief(wanted)}: another base "
                "model, or the file is not complete"
            )
