"""Properties of classes of layers, read from the notes of `probing.layers`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.comparing import different, same
from ia3_teach.check.core import expect
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import explaining
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Property

Formula = Callable[..., Tensor]
IN_USE = "the same in train() and in eval(), with gradients and without"
SAME = "no mode of the model and no torch.no_grad() changes the formula"
DETACHED = "the output is right, and the gradient at {} is not: nothing may be detached on its way"
AT_START = "training starts here: what the layer starts with has to learn like any other value"
CUT = "the layers below learn through this one: neither x nor what the Linear returns may be detached"


def noted(
    text: str, on: Sequence[str], note: str, formula: Formula, what: str, hint: str,
    known: Mapping[str, Formula] | None = None,
) -> Property:  # fmt: skip
    """The note is what the formula gives on the case's arguments, in float64."""

    def judge(seen: Seen) -> None:
        found = {name: seen.note(name, note) for name in on if note in seen.record[name]["notes"]}

        def fits(wrong: Formula, name: str) -> bool:
            return same(found[name], _of(wrong, seen, name), 1e-4, equal_nan=True)

        for name, value in found.items():
            if not same(value, _of(formula, seen, name), seen.cases[name]["tolerance"]):
                mistake = explaining(known or {}, fits, [name, *found])
                wanted = _of(formula, seen, name)
                raise different(value, wanted, f"{what} ({name})", mistake or hint, known=bool(mistake))
        for name in on:
            reached(seen, name, note)

    return Property(text, judge)


def reached(seen: Seen, name: str, note: str) -> Any:
    """The note; where the probe did not get so far, the error that stopped it."""
    found = seen.note(name, note)
    if found is None and note not in seen.record[name]["notes"]:
        seen[name]
    return found


def _of(formula: Formula, seen: Seen, name: str, last: Sequence[Tensor] = ()) -> Any:
    """The formula on the case's arguments in float64; `last` stands in the place of the last ones."""
    given = list(seen.arguments(name))
    for place, value in enumerate(last, start=len(given) - len(last)):
        given[place] = value.reshape(given[place].shape)
    return formula(*(value.double() if isinstance(value, Tensor) else value for value in given))


def holds(
    text: str,
    on: Sequence[str],
    note: str,
    wanted: Callable[..., Any],
    expected: str,
    hint: str | Callable[[Any], str],
) -> Property:
    """The note equals what `wanted` gives on the case's arguments; a hint may depend on what came."""

    def judge(seen: Seen) -> None:
        for name in on:
            found = reached(seen, name, note)
            told = hint if isinstance(hint, str) else hint(found)
            expect(found == wanted(*seen.arguments(name)), f"{expected} ({name})", describe(found), told)

    return Property(text, judge)


def keeps_the_base(on: Sequence[str]) -> Property:
    """Weight, bias and input are after all that what they were."""

    def judge(seen: Seen) -> None:
        for name in on:
            given = next(value for value in seen.arguments(name)[2:] if isinstance(value, Tensor))
            now = reached(seen, name, "x")
            kept = isinstance(now, Tensor) and now.shape == given.shape and torch.equal(now, given)
            hint = "forward changed x in place: the caller goes on with it, so make a new tensor"
            expect(kept, f"x as it was after the call ({name})", describe(now), hint)
            before = dict(zip(("weight", "bias"), seen.arguments(name)[:2], strict=True))
            for so_called, value in before.items():
                now = reached(seen, name, so_called)
                kept = now is None if value is None else isinstance(now, Tensor) and torch.equal(now, value)
                hint = "the Linear's own tensors, or their format, were changed: compute something new"
                expect(kept, f"the Linear's {so_called} as it was ({name})", describe(now), hint)

    return Property("weight and bias of the Linear are not changed", judge)


def learns(on: Sequence[str], formula: Callable[..., dict[str, Tensor]], hint: str) -> Property:
    """The gradients of the sum of squares are the formula's, in a new layer too, and at x."""

    def judge(seen: Seen) -> None:
        for name in on:
            found, wanted = reached(seen, name, "gradients"), _of(formula, seen, name)
            start = list(reached(seen, name, "values").values())
            first = _of(formula, seen, name, start)
            for so_called, gradient in reached(seen, name, "first gradients").items():
                _arrives(gradient, first[so_called], so_called, f"{name}, a new layer", hint, AT_START)
            for so_called, gradient in found.items():
                missing, wrong = (CUT, CUT) if so_called == "x" else (hint, DETACHED.format(so_called))
                _arrives(gradient, wanted[so_called], so_called, name, missing, wrong)

    return Property("gradients reach what is trained", judge)


def _arrives(
    gradient: Tensor | None, right: Tensor, so_called: str, name: str, missing: str, wrong: str
) -> None:
    what = f"gradient at {so_called} ({name})"
    expect(isinstance(gradient, Tensor), f"a {what}", "none arrives", missing)
    if not same(gradient.reshape(right.shape), right, 1e-3):
        raise different(gradient.reshape(right.shape), right, f"the {what}", wrong)
