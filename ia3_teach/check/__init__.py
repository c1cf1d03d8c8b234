"""Exercise checkers, one module per lesson. They never import the code that they judge."""

from __future__ import annotations

import importlib
from typing import Any

LESSONS = tuple(f"lesson_{number:02}" for number in range(11))


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
