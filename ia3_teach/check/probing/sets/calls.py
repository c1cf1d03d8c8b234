"""Calling an answer and writing down plain data of what came: what a probe is made of."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor, nn

from ia3_teach.check.probing.calls import copied
from ia3_teach.check.probing.limits import TookTooLong, WroteTooMuch, limited
from ia3_teach.check.probing.recorded import Record
from ia3_teach.wording import first_line

PLAIN = (type(None), bool, int, float, str)
UNWRITTEN = "the stub, not written yet"
ENDLESS = {
    TookTooLong: ("no end", "it was stopped, since it went on and on"),
    WroteTooMuch: ("no end of output", "it was stopped, since it printed on and on"),
}
STOPS = (Exception, SystemExit, *ENDLESS)  # what an answer may end in without ending the check
HURRIED = 0.5  # seconds for each further call of an answer that had no end
_seconds: ContextVar[float | None] = ContextVar("seconds that a call may take", default=None)


def recorded(probe: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Record]:
    """The probe with what it wrote down as a record, which goes from one process to another."""

    @functools.wraps(probe)
    def writing(answer: Any, cases: Any) -> Record:
        before = _seconds.set(None)
        try:
            return Record({"tree": probe(answer, cases)})
        finally:
            _seconds.reset(before)

    return writing


@contextlib.contextmanager
def tried(found: dict[str, Any]) -> Iterator[None]:
    """Code of an answer, within limits of time and output; how it failed is written into `found`.

    >>> found = {}
    >>> with tried(found):
    ...     int("x")
    >>> found["error"]
    'ValueError'
    """
    try:
        with limited(_seconds.get()):
            yield
    except STOPS as error:
        if isinstance(error, tuple(ENDLESS)):
            _seconds.set(HURRIED)
        found.update(failed(error))


def called(function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
    """{"value": plain} or {"error": kind, "says": text}, and "kept": whether the tensors handed over stayed.

    The arguments are copies, so that no case is spoiled for the next.

    >>> called(lambda number: 2 * number, 3)
    {'value': 6, 'kept': True}
    >>> called(int, "x")["error"]
    'ValueError'
    """
    given = [copied(argument) for argument in arguments]
    found: dict[str, Any] = {}
    with tried(found):
        found["value"] = plain(function(*given))
    pairs = zip(given, arguments, strict=True)
    return found | {"kept": all(_same(new, old) for new, old in pairs if isinstance(old, Tensor))}


def failed(error: BaseException) -> dict[str, Any]:
    """What is written down of an error: its kind, and its first line cut short."""
    kind, says = ENDLESS.get(type(error), (type(error).__name__, first_line(error)[:200]))
    return {"error": kind, "says": says}


def plain(value: Any) -> Any:
    """Numbers, texts, tensors, lists and dicts of them; of anything else only its kind.

    Kinds are compared by identity: an object which says that it equals everything is one of the others.

    >>> plain((1, [2.0, {"a": torch.ones(1)}]))
    [1, [2.0, {'a': tensor([1.])}]]
    >>> plain(print)
    {'kind': 'builtin_function_or_method'}
    """
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind in (Tensor, nn.Parameter):
        return value.detach().clone()
    if kind in (list, tuple):
        return [plain(each) for each in value]
    if kind is dict:
        return {str(key): plain(each) for key, each in value.items()}
    return {"kind": kind.__name__}


def _same(new: Tensor, old: Tensor) -> bool:
    return new.dtype == old.dtype and new.shape == old.shape and torch.equal(new, old)
