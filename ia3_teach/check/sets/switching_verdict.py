"""Exercises 3.3 and 3.4, judged: a layer that changes its vector bit for bit, and a batch of many tasks."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets import comparing_probe as probes
from ia3_teach.check.sets.graded import Exercise, Property
from ia3_teach.check.sets.judging import described, expect_tensor, raised, same, value_of

Case = dict[str, Any]
OTHER_ERROR = "raise one of these two, or let the dict's own KeyError through"


def _uses(records: list[Case], cases: list[Case]) -> None:
    for record, case in zip(records, cases, strict=True):
        before: list[str | None] = []
        for name, (weight, bias) in zip(case["order"], _after(record), strict=True):
            before.append(name)
            _keeps_kind(record, case, weight, bias)
            l = case["vectors"].get(name, torch.ones(len(case["bias"])))
            what = f"after use of {before}: the weight"
            known, dtype = {}, case["weight"].dtype
            if len(before) > 1 and before[-2] is not None and name is not None:
                last = case["vectors"][before[-2]]
                twice = (l * last)[:, None] * case["weight"].float()
                known["the vector before is still in it"] = twice.to(dtype)
            expect_tensor(weight, (l[:, None] * case["weight"].float()).to(dtype), what, known)
            if weight[l == 0].any():
                mistake = "a factor of 0 gives zeros, not small numbers"
                raise CheckFailed(f"{what} has zeros where l is 0", "small numbers", mistake)
            known = {"the bias was left alone: l scales W x + b": case["bias"]} if name else {}
            expect_tensor(bias, (l * case["bias"].float()).to(dtype), what.replace("weight", "bias"), known)


def _keeps_kind(record: Case, case: Case, *parts: Any) -> None:
    """The layer's format is the same, and it is frozen still."""
    mistake = "copy into the layer's own tensors: copy_"
    for part, found in zip(("weight", "bias"), parts, strict=True):
        wanted = case[part].dtype
        if isinstance(found, Tensor) and found.dtype != wanted:
            raise CheckFailed(f"a {part} in {wanted}, as it came", f"{found.dtype}", mistake)
    if record["trained"]:
        raise CheckFailed("a frozen layer, as it came", f"{', '.join(record['trained'])} trained", mistake)


def _returns(records: list[Case], cases: list[Case]) -> None:
    for record, case in zip(records, cases, strict=True):
        states = [pair for name, pair in zip(case["order"], _after(record), strict=True) if name is None]
        for weight, bias in [*states, record.get("last") or _after(record)[-1]]:
            if not (same(weight, case["weight"]) and same(bias, case["bias"])):
                found = f"other bits in {case['weight'].dtype}"
                mistake = "copy back what this layer had at first: a product rounds, and 0 has no way back"
                raise CheckFailed("after use(None) every bit of weight and bias as at first", found, mistake)


def _refuses(records: list[Case], cases: list[Case]) -> None:
    for record, _ in zip(records, cases, strict=True):
        _after(record)
        for name, each in zip(probes.UNKNOWN, record["unknown"], strict=True):
            if not raised(each, "KeyError", "ValueError"):
                mistake = OTHER_ERROR if "error" in each else "look it up first, each time"
                found = each.get("error") or "no error"
                raise CheckFailed(f"a ValueError or KeyError for the name {name!r}", found, mistake)
        for part, before, after in zip(("weight", "bias"), *record["around"], strict=True):
            if not same(after, before):
                expected = "the layer as it was before that name"
                raise CheckFailed(expected, f"another {part}", "look it up first")


def _after(record: Case) -> list:
    """Weights and biases after each use; an error on the way is told."""
    if "error" in record:
        value_of(record, "Switch(linear, vectors), then use(name) or use(None)")
    return record["after"]


def _by_rows(case: Case, names: list[str | None]) -> Tensor:
    """Row by row: W (l ⊙ x) + b with the row's own vector."""
    ones = torch.ones(case["x"].shape[-1])
    factors = [case["vectors"].get(name, ones) for name in names]
    rows = [(l * x) @ case["weight"].T + case["bias"] for l, x in zip(factors, case["x"], strict=True)]
    return torch.stack(rows)


def _mixes(record: dict[str, Any], cases: list[Case]) -> None:
    for each, case in zip(record["named"], cases, strict=True):
        what, names = f"mixed_in with names {case['all']}", case["all"]
        first = names[:1] * len(names)
        known = {"every row got the first row's vector": _by_rows(case, first)}
        if case["x"].shape[0] == case["x"].shape[1]:
            l = torch.stack([case["vectors"][name] for name in names])
            known["the factors run over positions: they need an axis for T"] = (l * case["x"]) @ case[
                "weight"
            ].T + case["bias"]
        expect_tensor(value_of(each, what), _by_rows(case, names), what, known)


def _spares(record: dict[str, Any], cases: list[Case]) -> None:
    for each, case in zip(record["alone"], cases, strict=True):
        what = "mixed_in, None in every row"
        expect_tensor(value_of(each, what), _by_rows(case, [None] * len(case["names"])), what)
    for each, case in zip(record["mixed"], cases, strict=True):
        what = f"mixed_in with names {case['names']}: the rows without a name"
        found, right = value_of(each, what), _by_rows(case, case["names"])
        bare = [name is None for name in case["names"]]
        fits = isinstance(found, Tensor) and found.shape == right.shape
        expect_tensor(found[bare] if fits else found, right[bare] if fits else right, what)


def _needs_names(record: dict[str, Any], cases: list[Case]) -> None:
    value_of(record["named"][0], "mixed_in with names that are there")
    for name, each in zip(probes.UNKNOWN, record["wrong"], strict=True):
        if not raised(each, "KeyError", "ValueError"):
            found = each.get("error") or described(each["value"])
            mistake = "a misspelt name is not the bare model: look every name up"
            mistake = mistake if name else "an empty name is a name, and not None"
            mistake = OTHER_ERROR if "error" in each else mistake
            raise CheckFailed(f"a ValueError or KeyError for the name {name!r}", found, mistake)


SWITCH = Exercise(
    "set_3.switch", "Switch", probes.switch_cases, probes.probe_switch,
    (
        Property("after use(name) the layer computes l * (W x + b)", _uses, 2),
        Property("after use(None) every bit is back", _returns, 2),
        Property("an unknown name is refused and harms nothing", _refuses, 1),
    ),
)  # fmt: skip
MIXED_IN = Exercise(
    "set_3.mixed_in", "mixed_in", probes.batch_cases, probes.probe_batch,
    (
        Property("each row has its own vector", _mixes, 2),
        Property("None leaves its row to the bare layer", _spares, 1),
        Property("an unknown name is refused", _needs_names, 1),
    ),
)  # fmt: skip
