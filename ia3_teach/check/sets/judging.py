"""Judging what a probe has written down: expected, found, and the likely mistake where one fits alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import CheckFailed, describe
from ia3_teach.check.probing.sets.calls import UNWRITTEN, direction
from ia3_teach.wording import with_article

ADVICE = {
    "no end": "what makes the loop stop?",
    "no end of output": "take the print out of the loop",
}


def value_of(call: Mapping[str, Any], what: str) -> Any:
    """What a call returned. Raises CheckFailed where it ended in an error, or changed what it was handed."""
    value = returned(call, what)
    if kind := call.get("changed"):
        mistake = "work on a copy: whoever handed it over goes on with it"
        expected = f"{what}, and what was handed in as it was"
        raise CheckFailed(expected, f"{with_article(kind)} changed", mistake)
    return value


def returned(call: Mapping[str, Any], what: str) -> Any:
    """The same where the text has a point of its own for leaving alone what is handed in."""
    if "error" in call:
        if call["error"] == "NotImplementedError" and not call["says"]:  # torch's own has a text
            raise CheckFailed(what, UNWRITTEN, "write the exercise's cell and run it")
        advice = ADVICE.get(call["error"], f"it ended in {with_article(call['error'])}")
        raise CheckFailed(what, f"{call['error']}: {call['says']}", advice)
    return call["value"]


def ran(record: Mapping[str, Any], what: str, part: str) -> None:
    """Refuse a record in which `part`, the last that is needed, is missing because of an error."""
    if part not in record:
        value_of(record, what)


def raised(call: Mapping[str, Any], *kinds: str) -> bool:
    """Whether a call ended in an error of one of these kinds, or of a kind made from them.

    >>> raised({"error": "KeyError", "kinds": ["KeyError", "LookupError"], "says": "x"}, "LookupError")
    True
    """
    return not {*kinds}.isdisjoint(call.get("kinds", ()))


def same(found: Any, expected: Tensor | None) -> bool:
    """Bit for bit the same tensor, also in the sign of a 0, with NaN where NaN is; or none at all.

    >>> same(torch.ones(2), torch.ones(2)), same(torch.ones(2).double(), torch.ones(2))
    (True, False)
    """
    if not isinstance(found, Tensor) or expected is None:
        return found is expected
    if found.dtype != expected.dtype or not torch.equal(found.isnan(), expected.isnan()):
        return False
    found, expected = (_without_nan(each) for each in (found, expected))
    return torch.equal(found, expected) and torch.equal(found.signbit(), expected.signbit())


def _without_nan(tensor: Tensor) -> Tensor:
    return tensor.masked_fill(tensor.isnan(), 0)


def kept(call: Mapping[str, Any], *given: Tensor | None) -> bool:
    """Whether the tensors that a call was given are after it what they were before, and frozen still."""
    before = [tensor for tensor in given if isinstance(tensor, Tensor)]
    stayed = len(call["after"]) == len(before) and all(map(same, call["after"], before))
    return stayed and not call["thawed"]


def expect_below(record: Mapping[str, Any], x: Tensor, what: str) -> None:
    """Refuse a layer that changes its x, or through which the layers below do not learn."""
    if not same(record["given"], x):
        raise CheckFailed(f"{what}: x as it was after the call", described(record["given"]), "no `*=` on x")
    expected, mistake = f"{what}: a gradient at x", "the layers below learn through this one: detach nothing"
    if not isinstance(gradient := record["below"], Tensor):
        raise CheckFailed(expected, described(gradient), mistake)
    found, slope = float((gradient * direction(x)).sum()), record["slope"]
    if not abs(found - slope) <= 1e-3 * float(gradient.norm() * direction(x).norm()):
        expected = f"{expected}, along which the squares of the output grow by {slope:.4g}"
        raise CheckFailed(expected, f"{found:.4g}", mistake)


def spared(record: Mapping[str, Any], case: Mapping[str, Any]) -> bool:
    """Whether weight and bias of the layer handed over are what they were, and no gradient came to them."""
    weight, bias = record["held"]
    stayed = same(weight, case["weight"]) and same(bias, case["bias"])
    return stayed and all(each is None for each in [*record["reached"], *record["left"]])


def expect_tensor(found: Any, expected: Tensor, what: str, known: Mapping[str, Tensor] | None = None) -> None:
    """The same numbers, as near as the dtypes allow; a `known` wrong value names its mistake.

    >>> expect_tensor(torch.ones(2), torch.ones(2), "l")
    """
    shape = tuple(expected.shape)
    expect_a_tensor(found, f"{what}: a tensor of shape {shape}")
    if tuple(found.shape) != shape:
        raise CheckFailed(f"{what} of shape {shape}", described(found), _of_shape(found, shape))
    if close(found, expected):
        return
    fitting = [wrong for wrong, value in (known or {}).items() if close(found, value)]
    mistake = fitting[0] if len(fitting) == 1 else "compare one entry by hand"
    raise CheckFailed(f"{what} = {describe(expected)}", described(found), mistake)


def expect_a_tensor(found: Any, expected: str) -> None:
    """Refuse what is no tensor."""
    if not isinstance(found, Tensor):
        mistake = "is `return` missing?" if found is None else "return a tensor"
        raise CheckFailed(expected, described(found), mistake)


def _of_shape(found: Tensor, shape: tuple[int, ...]) -> str:
    """What to say of another shape."""
    if sorted(found.shape) == sorted(shape):
        return "the right sizes in another order"
    if found.numel() == torch.Size(shape).numel():
        return "as many entries, along other axes"
    return "another shape: look at every axis, its size and whether it belongs there"


def close(found: Tensor, expected: Tensor) -> bool:
    """Equal up to the rounding of what is expected: the dtype that came has no say in what is near."""
    if found.shape != expected.shape or not found.dtype.is_floating_point:
        return False
    tolerance = max(1e-5, 4 * torch.finfo(expected.dtype).eps)
    return torch.allclose(found.double(), expected.double(), rtol=tolerance, atol=tolerance)


def described(value: Any) -> str:
    """In a few words; what is no plain data by its kind alone.

    >>> described({"kind": "function"}), described({"keys": {"kind": "set"}})
    ('a function', "{'keys': a set}")
    """
    named = _with_kinds(value)
    return repr(named) if isinstance(named, Kind) else describe(named)


class Kind(str):
    """A kind in words, shown without quotation marks."""

    __repr__ = str.__str__


def _with_kinds(value: Any) -> Any:
    """The same, with a kind in words wherever there is no plain data."""
    if isinstance(value, dict):
        if set(value) == {"kind"}:
            return Kind(with_article(value["kind"]))
        return {key: _with_kinds(each) for key, each in value.items()}
    return [_with_kinds(each) for each in value] if isinstance(value, list) else value


def pair_of(value: Any, what: str) -> tuple[Any, Any]:
    """Two things. Raises CheckFailed for anything else."""
    if not isinstance(value, list) or len(value) != 2:
        raise CheckFailed(f"{what}: a pair", described(value), "end with `return first, second`")
    return value[0], value[1]
