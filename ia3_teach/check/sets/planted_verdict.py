"""Exercises 1.4 and 1.5, judged: the vector by least squares, row by row or column by column."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets.planted_probe import own_cases, planted_cases, probe_own, probe_planted
from ia3_teach.check.sets.graded import Exercise, Property
from ia3_teach.check.sets.judging import described, expect_tensor, pair_of, raised, value_of
from ia3_teach.check.sets.own_numbers import OWN, expect_place, expect_rounded

Case = dict[str, Any]
Records = list[dict[str, Any]]
SIDE = 'the side is a plain text, "out" or "in"'


def _finds(kind: str) -> Any:
    """The judge of the layers of one kind."""

    def judge(records: dict[str, Records], cases: dict[str, list[Case]]) -> None:
        for record, case in zip(records[kind], cases[kind], strict=True):
            what = f"find_vector on a layer of shape {tuple(case['weight'].shape)}"
            found_side, found = pair_of(value_of(record, f"{what}, side {explained(case)[0]!r}"), what)
            side, l = explained(case, found_side)
            what = f"{what}, side {side!r}"
            if found_side != side:
                mistake = "one factor must fit a whole row (out) or a whole column (in), and the bias"
                if found_side not in ("out", "in"):
                    mistake = SIDE
                raise CheckFailed(f"{what}: {side!r}", described(found_side), mistake)
            if isinstance(found, Tensor) and found.isnan().any():
                raise CheckFailed(f"{what}: numbers", "NaN", "0/0: a zero in the weight says nothing about l")
            expect_tensor(found, l, what)

    return judge


def _refuses(records: dict[str, Records], cases: dict[str, list[Case]]) -> None:
    pair_of(value_of(records["easy"][0], "find_vector on a layer with a vector"), "find_vector")
    for record, _ in zip(records["none"], cases["none"], strict=True):
        if not raised(record, "ValueError"):
            found = record.get("error") or described(record["value"])
            mistake = "try your candidates: does one of them give both the new weight and the new bias?"
            if "error" in record or record["value"] is None:
                mistake = "where none of your candidates fits, `raise ValueError(...)`"
            raise CheckFailed("a ValueError where no vector explains the change", found, mistake)


def explained(case: Case, first: Any = "out") -> tuple[str, Tensor]:
    """Side and vector of a layer, by least squares for each row or column; `first` where both sides fit."""
    weight, new, bias, new_bias = (case[name] for name in ("weight", "new_weight", "bias", "new_bias"))
    for side, axis in sorted({"out": 1, "in": 0}.items(), key=lambda each: each[0] != first):
        l = (weight * new).sum(axis) / weight.square().sum(axis)
        again = l[:, None] * weight if side == "out" else weight * l
        shifted = l * bias if side == "out" and bias is not None else bias
        if torch.allclose(again, new) and (bias is None or torch.allclose(shifted, new_bias)):
            return side, l
    raise ValueError("a case of find_vector has no vector on either side; mend its cases")


def _own_place(record: Any, cases: Case) -> None:
    side, l = explained(cases)
    found = _own(record, "side")
    if found != side:
        mistake = OWN if found in ("out", "in") else SIDE
        raise CheckFailed("the side of your own layer", described(found), mistake)
    expect_place(_own(record, "place"), int(l.argmin()), "the place of the negative entry")


def _own_value(record: Any, cases: Case) -> None:
    exact = float(explained(cases)[1].min())
    expect_rounded(_own(record, "value"), exact, 2, "the negative entry, to two decimals")


def _own(record: Any, key: str) -> Any:
    if not isinstance(record, dict) or key not in record:
        shape = '{"side": ..., "place": ..., "value": ...}'
        raise CheckFailed(shape, described(record), f"{key!r} is missing")
    return record[key]


FIND_VECTOR = Exercise(
    "set_1.find_vector", "find_vector", planted_cases, probe_planted,
    (
        Property("side and vector, without zeros", _finds("easy"), 2),
        Property("side and vector, with zeros, and with factors of 0 and below", _finds("hard"), 1),
        Property("a ValueError where no vector explains the change", _refuses, 1),
    ),
)  # fmt: skip
MINE = Exercise(
    "set_1.mine", "mine", own_cases, probe_own,
    (
        Property("the side and the place", _own_place, 1),
        Property("the value", _own_value, 1),
    ),
    personal=True,
)  # fmt: skip
