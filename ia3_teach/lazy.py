"""A package that hands out names of its modules, and imports a module when one of its names is first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def handed_out(
    package: str, names: Mapping[str, str], into: str | None = None
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """`__all__`, `__getattr__` (PEP 562) and `__dir__` of a package; `names` is {module below it: its names}.

    A package that also hands out names from elsewhere gives itself as `into`, and a package above both first.
    Loading everything at once would take a second or two, most of it for transformers and matplotlib.

    >>> everything, get, _ = handed_out("ia3_teach", {"layer": "Adapted Head"})
    >>> everything, get("Head").__name__
    (['Adapted', 'Head'], 'Head')
    """
    into = into or package
    module_of = {name: module for module, listed in names.items() for name in listed.split()}

    def get(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {into!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{module_of[name]}"), name)
        setattr(sys.modules[into], name, value)
        return value

    return sorted(module_of), get, lambda: sorted([*vars(sys.modules[into]), *module_of])
