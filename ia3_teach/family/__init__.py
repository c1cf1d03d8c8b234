"""The other PEFT methods, one short file each, all of one shape; read `method.py` first.

A method's file has its name in small letters, words joined by _: `SerialAdapter` is in `serial_adapter.py`.
So a new file is found here without being named anywhere. Nothing is imported before it is used.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parent
FACTS = ("form", "merges", "adds_latency", "shares_batch", "starts_as_identity")
CLASS = re.compile(r"^class (\w+)\(", re.MULTILINE)


@cache
def files() -> dict[str, str]:
    """{method: its file's name}; the class is found in the text, without running it.

    >>> files()["SSF"]
    'ssf'
    """
    found = {}
    for module in pkgutil.iter_modules([str(SHARED)]):
        text = (SHARED / f"{module.name}.py").read_text(encoding="utf-8")
        for name in CLASS.findall(text):
            if name.lower() == module.name.replace("_", "") and name != "Method":
                found[name] = module.name
    return found


def names() -> list[str]:
    """The methods, in alphabetical order."""
    return sorted(files())


def facts() -> dict[str, dict[str, object]]:
    """{method: what it says of itself}, with IA3 and LoRA first; tests try each word of it.

    >>> facts()["SSF"]
    {'form': 'scale', 'merges': True, 'adds_latency': False, 'shares_batch': True, 'starts_as_identity': True}
    """
    core = {name: getattr(importlib.import_module("ia3_teach"), name) for name in ("IA3", "LoRA")}
    recipes = core | {name: __getattr__(name) for name in names()}
    return {name: {fact: getattr(recipe, fact) for fact in FACTS} for name, recipe in recipes.items()}


def __getattr__(name: str) -> Any:
    if name not in files():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{files()[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *files()])
