"""Arguments and settings that are annotated as numbers, checked by what their annotation says."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from ia3_teach.amounts import LARGEST, number, whole

NUMBERS = ("int", "float", "int | None", "float | None")
Arguments, Result = ParamSpec("Arguments"), TypeVar("Result")
Function = Callable[Arguments, Result]


def as_annotated(name: str, annotation: str, found: object, least: float = -math.inf) -> float | None:
    """What an argument annotated with one of `NUMBERS` means; None where it may be left out.

    >>> as_annotated("rank", "int | None", None)
    """
    if found is None and annotation.endswith("None"):
        return None
    if annotation.startswith("int"):
        return whole(name, found, int(max(least, -LARGEST)))
    return number(name, found, least)


def numbers(**least: float) -> Callable[[Function], Function]:
    """Check the arguments that a function annotates as numbers before its first line, with least values.

    >>> @numbers(times=0)
    ... def repeated(text: str, times: int) -> str:
    ...     return text * times
    >>> repeated("ab", -1)
    Traceback (most recent call last):
    ValueError: times is a whole number of at least 0; found -1
    """

    def checking(function: Function) -> Function:
        signature = inspect.signature(function)
        wanted = {name: annotation_of(each) for name, each in signature.parameters.items()}
        wanted = {name: annotation for name, annotation in wanted.items() if annotation in NUMBERS}

        @wraps(function)
        def checked(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            given = signature.bind(*args, **kwargs)
            for name in wanted.keys() & given.arguments.keys():
                found = given.arguments[name]
                given.arguments[name] = as_annotated(name, wanted[name], found, least.get(name, -math.inf))
            return function(*given.args, **given.kwargs)

        return checked

    return checking


def annotation_of(parameter: inspect.Parameter) -> str:
    """A parameter's annotation as text, whether its module keeps it so or not."""
    kind = parameter.annotation
    return kind.__name__ if isinstance(kind, type) else str(kind).strip("'\"")
