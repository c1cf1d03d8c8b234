"""Exercise checkers, one module per lesson. They never import the code that they judge."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any

LESSONS = tuple(name for _, name, _ in pkgutil.iter_modules(__path__) if re.fullmatch(r"lesson_\d\d", name))


def __getattr__(name: str) -> Any:
    """`EXERCISES`, every exercise by its name such as "lesson_02.fold"; read when it is first asked for."""
    if name != "EXERCISES":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ia3_teach.check.shape import Exercise

    found = [vars(importlib.import_module(f"{__name__}.{lesson}")).values() for lesson in LESSONS]
    exercises = {one.name: one for values in found for one in values if isinstance(one, Exercise)}
    exercises |= importlib.import_module(f"{__name__}.sets").EXERCISES
    globals()[name] = exercises
    return exercises
