"""The probe: try an answer on one case after another and write down what happens."""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.probing.errors import told
from ia3_teach.check.probing.limits import limited
from ia3_teach.check.probing.plain_data import plain
from ia3_teach.check.probing.recorded import Record

Case = dict[str, Any]
Act = Callable[[Any, Case, dict[str, Any]], Any]
FINAL = ("time", "interrupt", "exit", "output")  # an answer that ends so is not tried again


def case(*arguments: Any, gradient: tuple[int, ...] = (), tolerance: float = 1e-5, **named: Any) -> Case:
    """One call as plain data; `gradient` are places of arguments that gradients must reach.

    >>> case(1, 2, side="in")["named"]
    {'side': 'in'}
    """
    return {
        "arguments": list(arguments), "named": named, "gradient": list(gradient), "tolerance": tolerance,
    }  # fmt: skip


def each(answer: Any, cases: dict[str, Case], act: Act) -> Record:
    """`act(answer, case, notes)` for every case: its value, or the error, and the notes, as plain data."""
    seen: dict[str, Any] = {}
    final = None
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        for number, (name, one) in enumerate(cases.items()):
            torch.manual_seed(number)
            seen[name] = {"error": final, "notes": {}} if final else _try(act, answer, one)
            error = seen[name].get("error")
            final = error if error and error["ended"] in FINAL else None
    return Record({"callable": callable(answer), "kind": type(answer).__name__[:80], "seen": seen})


def _try(act: Act, answer: Any, one: Case) -> dict[str, Any]:
    notes: dict[str, Any] = {}
    started = time.perf_counter()
    try:
        with limited():
            value = act(answer, copied(one), notes)
        found = {"value": plain(value)}
    except BaseException as error:  # an answer may do anything, also leave
        found = {"error": told(error)}
    seconds = time.perf_counter() - started
    return found | {"notes": {name: plain(note) for name, note in notes.items()}, "seconds": seconds}


def copied(value: Any) -> Any:
    """A copy of plain data that shares no memory with it."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return type(value)(map(copied, value)) if isinstance(value, list | tuple) else value


def call_each(answer: Any, cases: dict[str, Case]) -> Record:
    """Call a function on each case; the first comes again at the end.

    The notes say what a call did to its arguments, and the gradients.
    """
    record = each(answer, cases, call)
    first = next(iter(cases))
    stopped = any(one.get("error") and one["error"]["ended"] in FINAL for one in record.data["seen"].values())
    record.data["again"] = record.data["seen"][first] if stopped else _once_more(answer, first, cases)
    return record


def _once_more(answer: Any, name: str, cases: dict[str, Case]) -> dict[str, Any]:
    return each(answer, {name: cases[name]}, call).data["seen"][name]


def call(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    """One call, on arguments of its own."""
    arguments = one["arguments"]
    for place in one["gradient"]:
        arguments[place].requires_grad_()
    try:
        value = answer(*arguments, **one["named"])
    finally:
        notes["after"] = [_bare(argument) for argument in arguments]
    if one["gradient"]:
        notes["gradients"] = _gradients(value, [arguments[place] for place in one["gradient"]])
    return value


def _bare(value: Any) -> Any:
    return copied(value) if isinstance(value, Tensor | list | dict) else value


def _gradients(value: Any, inputs: list[Tensor]) -> list[Tensor | None]:
    """Of the sum of the result's entries, each with another factor; None where nothing arrives."""
    if not (isinstance(value, Tensor) and value.requires_grad):
        return [None for _ in inputs]
    total = (value * torch.linspace(1, 2, value.numel(), dtype=value.dtype).view(value.shape)).sum()
    return list(torch.autograd.grad(total, inputs, allow_unused=True))
