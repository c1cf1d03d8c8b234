"""Calling an answer and writing down plain data of what came: what a probe is made of."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import numpy
import torch
from torch import Tensor, nn

from ia3_teach.check.probing.calls import copied
from ia3_teach.check.probing.limits import TookTooLong, WroteTooMuch, limited
from ia3_teach.check.probing.plain_data import EXACT, plain_fraction
from ia3_teach.check.probing.recorded import Record
from ia3_teach.check.probing.sets.handed import changed, state
from ia3_teach.wording import first_line, message

NUMBERS = (bool, int, float)
PLAIN = (type(None), *NUMBERS, str)
UNWRITTEN = "the stub, not written yet"
ENDLESS = {
    TookTooLong: ("no end", "it was stopped, since it went on and on"),
    WroteTooMuch: ("no end of output", "it was stopped, since it printed on and on"),
}
LONGEST = 20_000  # characters of an error's message: a whole config may stand in it
DEEPEST = 50  # levels of lists in lists; one that holds itself has no end
STOPS = (Exception, SystemExit, *ENDLESS)  # what an answer may end in without ending the check
HURRIED = 0.5  # seconds for each further call of an answer that had no end
# Taken when this module is imported: cells that run later may put something else in their places.
clone, detach, item, grad = Tensor.clone, Tensor.detach, Tensor.item, torch.autograd.grad
square = Tensor.square
named_parameters = nn.Module.named_parameters
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
    """{"value": plain, "gradient": whether it has one} or the error, and what was handed over, afterwards.

    The arguments are copies, so that no case is spoiled for the next; "changed" is the kind of one that is
    not what it was.

    >>> called(lambda number: 2 * number, 3)
    {'gradient': False, 'value': 6, 'after': [], 'thawed': False, 'changed': ''}
    >>> called(int, "x")["error"]
    'ValueError'
    """
    given = [copied(argument) for argument in arguments]
    before, found = [state(argument) for argument in given], {}
    with tried(found):
        value = function(*given)
        found["gradient"] = isinstance(value, Tensor) and value.requires_grad
        found["value"] = plain(value)
    tensors = [argument for argument in given if isinstance(argument, Tensor)]
    thawed = any(tensor.requires_grad for tensor in tensors)
    found |= {"after": [plain(tensor) for tensor in tensors], "thawed": thawed}
    return found | {"changed": changed(before, given)}


def failed(error: BaseException) -> dict[str, Any]:
    """What is written down of an error: its kind, the kinds that it is one of, what it says and all of it."""
    kind, says = ENDLESS.get(type(error), (type(error).__name__, first_line(error)[:200]))
    kinds = [kind] if type(error) in ENDLESS else [base.__name__ for base in type(error).__mro__]
    return {"error": kind, "kinds": kinds, "says": says, "message": message(error)[:LONGEST]}


def plain(value: Any, depth: int = 0) -> Any:
    """Numbers, texts, tensors, lists and dicts of them; of anything else only its kind.

    Kinds of list and dict are read by the methods of their base, and numbers of numpy and of tensors are
    numbers; an object which says that it equals everything, also as a kind of text, is one of the others.

    >>> plain((1, [2.0, {"a": torch.ones(1)}]))
    [1, [2.0, {'a': tensor([1.])}]]
    >>> plain((numpy.float64(0.5), torch.tensor(3)))
    [0.5, 3]
    >>> plain(print)
    {'kind': 'builtin_function_or_method'}
    """
    kind, number = type(value), _number(value)
    if type(number) in NUMBERS:
        return number
    if kind in PLAIN:
        return value
    if kind in (Tensor, nn.Parameter):
        return clone(detach(value))
    if depth < DEEPEST and issubclass(kind, list | tuple):
        base = list if issubclass(kind, list) else tuple
        return [plain(each, depth + 1) for each in base.__iter__(value)]
    if depth < DEEPEST and issubclass(kind, dict):
        return {str(key): plain(each, depth + 1) for key, each in dict.items(value)}
    return {"kind": kind.__name__}


def _number(value: Any) -> Any:
    """The number of an array or a tensor without axes, of numpy or of fractions; None where it is none."""
    kind = type(value)
    if issubclass(kind, numpy.number | numpy.bool_):
        return numpy.generic.item(value)
    if kind is numpy.ndarray and value.ndim == 0:
        return value.item()
    if kind in EXACT:
        return plain_fraction(value)
    if kind in (Tensor, nn.Parameter) and value.dim() == 0 and value.device.type == "cpu":
        return item(value)
    return None


def trained(module: nn.Module, attribute: str = "") -> dict[str, list[int]]:
    """{name: shape} of what a module trains, whatever its own `named_parameters` says.

    The parameter that is the module's `attribute` has that name, wherever the module keeps it.
    """
    own = getattr(module, attribute, None) if attribute else None
    asking = [(name, weight) for name, weight in named_parameters(module) if weight.requires_grad]
    return {attribute if weight is own else name: list(weight.shape) for name, weight in asking}


def below(layer: nn.Module, x: Tensor) -> dict[str, Any]:
    """What a layer leaves of x, the gradient that the squares of its output send there, and their slope.

    Along a direction the squares of a layer that is linear in x have the slope (f(x + v) - f(x - v)) / 2.
    """
    start = clone(x).requires_grad_()
    given = start * 1
    output = layer(given)
    arrived = grad(square(output).sum(), start, allow_unused=True)[0] if output.requires_grad else None
    ends = [item(square(layer(x + sign * direction(x))).sum()) for sign in (1, -1)]
    return {"given": plain(given), "below": plain(arrived), "slope": (ends[0] - ends[1]) / 2}


def direction(x: Tensor) -> Tensor:
    """A direction along which nothing cancels.

    >>> direction(torch.zeros(3))
    tensor([-1.0000,  0.5000,  2.0000])
    """
    return torch.linspace(-1, 2, x.numel(), dtype=x.dtype).view(x.shape)


def reached(output: Tensor, module: nn.Module) -> list[Any]:
    """The gradients that the squares of an output send to a module's weights, before a hook hides them."""
    asking = [weight for _, weight in named_parameters(module) if weight.requires_grad]
    if not asking or not output.requires_grad:
        return []
    return [plain(each) for each in grad(output.square().sum(), asking, retain_graph=True, allow_unused=True)]
