"""Which method of the family a config means. The methods are not known here: the family is asked for them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from ia3_teach.recipe import Recipe
from ia3_teach.storage.peft_format import CONFIG, OWN
from ia3_teach.wording import brief, short

FAMILY = "ia3_teach.family"
# PEFT's kinds that are a method of the family, and the switches that make its LoRA one.
KINDS = {"HIRA": "HiRA", "ROAD": "RoAd"}
SWITCHES = {"use_dora": "DoRA", "use_rslora": "RsLoRA"}


def method_of(config: Mapping[str, object]) -> type[Recipe] | None:
    """The recipe's class; None for IA3, plain LoRA and kinds that nobody here knows.

    Raises ValueError for a method that the family does not have.
    """
    name = name_of(config)
    if name is None:
        return None
    family = importlib.import_module(FAMILY)
    if name not in family.names():
        known = ", ".join(family.names())
        raise ValueError(f"{CONFIG} says method={brief(name)}; this library has {short(known)}")
    return getattr(family, name)


def name_of(config: Mapping[str, object]) -> object | None:
    """What the method is called, as far as the config says one.

    >>> name_of({"peft_type": "LORA", "use_dora": True}), name_of({"peft_type": "LORA"})
    ('DoRA', None)
    """
    kind = config.get("peft_type")
    if kind == OWN:
        return config.get("method") or ""
    if kind == "LORA":
        return next((name for switch, name in SWITCHES.items() if config.get(switch)), None)
    return KINDS.get(kind) if isinstance(kind, str) else None
