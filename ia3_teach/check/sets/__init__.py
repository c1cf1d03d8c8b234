"""Checks of the problem sets: of each exercise a module of cases and a probe, and one of the verdict."""

from importlib import import_module
from typing import Any

SETS = (1, 2, 3, 5)


def __getattr__(name: str) -> Any:
    """EXERCISES: every exercise by its name, made when first asked for."""
    if name != "EXERCISES":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    modules = [import_module(f"ia3_teach.check.set_{number}") for number in SETS]
    return {each.name: each for module in modules for each in module.EXERCISES}
