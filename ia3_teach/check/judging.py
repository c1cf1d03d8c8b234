"""Properties that most exercises share: right values, inputs left alone, gradients that arrive."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.comparing import different, same
from ia3_teach.check.core import expect
from ia3_teach.check.failure import CheckFailed, describe
from ia3_teach.check.parting import apart
from ia3_teach.check.probing.calls import copied
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Property

Reference = Callable[..., Any]
EITHER = ", or: "  # two mistakes that look alike are told as two
ANY_SIGN = "0 and negative factors are factors like any other"
KEPT = "the same call gave something else before: something is kept from call to call"


def values(
    text: str,
    on: Sequence[str],
    reference: Reference,
    what: str,
    hint: str,
    known: Mapping[str, Reference] | None = None,
    part: Callable[[Any], Any] = lambda value: value,
    as_scale: bool = False,
    of_nan: str = "",
) -> Property:
    """On each case of `on` the answer gives what `reference` gives, on the same arguments in float64.

    A known mistake is named where its formula gives what the answer gave, on every case: two that both do are
    told as two, and where none does the neutral `hint` stands alone; `of_nan` stands in its place for NaN.
    """

    def judge(seen: Seen) -> None:
        found = {name: part(seen[name]) for name in on if seen.error(name) is None}
        for name, value in found.items():
            wanted, tolerance = called(reference, seen, name), seen.cases[name]["tolerance"]
            if not same(value, wanted, tolerance):
                mistake = _rounded(value, wanted) or _kept(seen, wanted)
                mistake = mistake or explaining(known or {}, partial(_gives, seen, found), [name, *found])
                neutral = of_nan if of_nan and _has_nan(value) else hint
                named = bool(mistake) or _part_is_missing(value, seen, name)
                raise different(value, wanted, f"{what} ({name})", mistake or neutral, as_scale, named)
            later = part(seen.again(name))
            if not same(later, wanted, tolerance):
                raise different(later, wanted, f"{what} ({name}), at a second call", KEPT, known=True)
        for name in on:
            part(seen[name])  # which raises what stopped it

    return Property(text, judge)


def _part_is_missing(value: Any, seen: Seen, name: str) -> bool:
    """None in a pair: there is nothing wrong with `return`."""
    return value is None and seen[name] is not None


def _has_nan(value: Any) -> bool:
    return isinstance(value, Tensor) and bool(value.isnan().any())


def _rounded(value: Any, wanted: Any) -> str:
    """Right, but not to the last place of float64."""
    right = isinstance(wanted, Tensor) and same(value, wanted, 1e-5)
    told = (
        "right up to the places of float32: a tensor was turned into another format on the way, "
        "or a small number was added"
    )
    return told if right else ""


def _kept(seen: Seen, wanted: Any) -> str:
    """Whether the very same call gave something else the second time."""
    first = next(iter(seen.cases))
    if seen.error(first) is not None or isinstance(wanted, Tensor):
        return ""
    return "" if same(seen.again(first), seen[first], 1e-6) else KEPT


def _gives(seen: Seen, found: Mapping[str, Any], wrong: Reference, name: str) -> bool:
    tolerance = max(1e-4, seen.cases[name]["tolerance"])
    return same(found[name], called(wrong, seen, name), tolerance, equal_nan=True)


def called(reference: Reference, seen: Seen, name: str) -> Any:
    """The reference on copies of this case's arguments, floating tensors in float64."""
    one = seen.cases[name]
    return reference(*map(_exact, one["arguments"]), **one["named"])


def _exact(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.double() if value.is_floating_point() else value.clone()
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    return copied(value)


def explaining(
    known: Mapping[str, Reference], fits: Callable[[Reference, str], bool], names: Iterable[str]
) -> str:
    """The known mistakes, joined by "or", that explain what came on the first case, and on all the others.

    `fits(wrong, name)` says whether a wrong formula gives what came on a case.
    """
    first, *others = names
    return EITHER.join(
        text for text, wrong in known.items() if _explains(partial(fits, wrong), first, others)
    )


def _explains(fits: Callable[[str], bool], first: str, others: Sequence[str]) -> bool:
    """Only the first case must be one on which the formula can be computed: it need not fit every shape."""
    for name in [first, *others]:
        try:
            if not fits(name):
                return False
        except CheckFailed:  # the answer itself was stopped on this case
            raise
        except Exception:
            if name == first:
                return False
    return True


def untouched(on: Sequence[str], names: Mapping[int, str], hint: str) -> Property:
    """The arguments at these places are after the call what they were before."""

    def judge(seen: Seen) -> None:
        for name in on:
            after = seen.note(name, "after")
            for place, called_so in names.items():
                what = f"{called_so} after the call ({name})"
                _as_before(after, seen.arguments(name)[place], place, what, hint.format(called_so))

    return Property(f"what is handed in stays as it is: {', '.join(names.values())}", judge)


def _as_before(after: Any, before: Any, place: int, what: str, hint: str) -> None:
    if after is None:
        return
    now = after[place]
    if isinstance(before, Tensor):
        kept = isinstance(now, Tensor) and now.shape == before.shape and torch.equal(now, before)
    elif isinstance(before, dict):
        kept = isinstance(now, dict) and now.keys() == before.keys()
        kept = kept and all(same(now[key], value, 0) for key, value in before.items())
    else:
        kept = now == before
    if not kept:
        shown, right = apart(now, before)
        told = hint if isinstance(before, Tensor) else hint.replace("a new tensor", "a new one")
        raise CheckFailed(f"{what} = {right}", shown, told)


def gradients(
    on: Sequence[str], names: Sequence[str], reference: Reference, hint: str, of_nan: str = ""
) -> Property:
    """Gradients reach these arguments, and are those of the reference."""

    def judge(seen: Seen) -> None:
        for name in on:
            seen[name]
            found = seen.note(name, "gradients")
            for so_called, gradient, wanted in zip(names, found, _wanted(reference, seen, name), strict=True):
                what = f"a gradient at {so_called} ({name})"
                expect(isinstance(gradient, Tensor), what, "none arrives", hint)
                right = (
                    "the result is right, and how it depends on the input is not: compute it from "
                    "the input itself"
                )
                if not same(gradient, wanted, 1e-3):
                    told = of_nan if of_nan and _has_nan(gradient) else right
                    raise different(gradient, wanted, what, told)

    return Property(f"gradients reach {' and '.join(names)}", judge)


def _wanted(reference: Reference, seen: Seen, name: str) -> list[Tensor]:
    arguments = [_exact(argument) for argument in seen.arguments(name)]
    inputs = [arguments[place].requires_grad_() for place in seen.cases[name]["gradient"]]
    value = reference(*arguments, **seen.cases[name]["named"])
    total = (value * torch.linspace(1, 2, value.numel(), dtype=torch.float64).view(value.shape)).sum()
    return list(torch.autograd.grad(total, inputs))


def keeps_format(on: Sequence[str], place: int, part: Callable[[Any], Tensor], what: str) -> Property:
    """The result has the dtype of the argument at `place`."""

    def judge(seen: Seen) -> None:
        for name in on:
            wanted, found = seen.arguments(name)[place].dtype, part(seen[name]).dtype
            hint = "a tensor was turned into another format on the way (float(), a new tensor without dtype)"
            expect(found == wanted, f"{what} in {wanted} ({name})", f"{found}", hint)

    return Property(f"{what} has the format of what was handed in", judge)


def first_of(names: str) -> Callable[[Any], Any]:
    """The first of a pair."""
    return lambda value: pair(value, names)[0]


def second_of(names: str) -> Callable[[Any], Any]:
    """The second of a pair."""
    return lambda value: pair(value, names)[1]


def pair(value: Any, names: str) -> Any:
    """The value, which must be a tuple or a list of two, or a tensor with two rows or entries."""
    if isinstance(value, Tensor) and value.ndim and len(value) == 2:
        return value.tolist() if value.ndim == 1 else value.unbind()
    if isinstance(value, tuple | list) and len(value) == 2:
        return value
    nothing = "the function returns nothing: is `return` missing?"
    raise CheckFailed(
        f"a pair {names}",
        describe(value),
        nothing if value is None else f"return both: `return {names[1:-1]}`",
    )
