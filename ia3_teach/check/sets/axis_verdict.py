"""Exercise 1.1, judged: factors along any axis, compared slice by slice."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets.axis_probe import AXES, axis_cases, probe_axis
from ia3_teach.check.sets.graded import Exercise, Property
from ia3_teach.check.sets.judging import expect_a_tensor, expect_tensor, kept, returned, same

Case = dict[str, Any]
Records = list[dict[str, Any]]


def _along(case: Case) -> Tensor:
    """y with each slice along the axis times its own factor, slice by slice."""
    y, axis = case["y"], case["axis"]
    slices = [factor * y.select(axis, j) for j, factor in enumerate(case["l"].to(y.dtype))]
    return torch.stack(slices, dim=axis)


def _lines_up(records: Records, cases: list[Case]) -> None:
    for record, case in zip(records[: len(AXES)], cases[: len(AXES)], strict=True):
        what = f"scale_axis of shape {tuple(case['y'].shape)}, axis {case['axis']}"
        y, l = case["y"], case["l"]
        known = {"l was added: IA3 multiplies": y + (_along(case | {"y": torch.ones_like(y)}))}
        if y.shape[-1] == len(l) and case["axis"] not in (-1, y.dim() - 1):
            known["the factors met the last axis: give l axes of length 1 behind its own"] = y * l
        expect_tensor(returned(record, what), _along(case), what, known)


def _stays_apart(records: Records, cases: list[Case]) -> None:
    found = returned(records[0], "scale_axis returns")
    expect_a_tensor(found, "a new tensor")
    if not all(kept(record, case["y"], case["l"]) for record, case in zip(records, cases, strict=True)):
        raise CheckFailed("y and l as they were", "one of them changed", "nothing in place on what came in")
    pairs = [(record["changed"], case["y"]) for record, case in zip(records, cases, strict=True)]
    if not all(y is None or same(y, before) for y, before in pairs):
        raise CheckFailed("a new tensor", "a change of it changes y", "the result must not be y itself")


def _keeps_dtype(records: Records, cases: list[Case]) -> None:
    for record, case in zip(records[len(AXES) :], cases[len(AXES) :], strict=True):
        what = f"scale_axis with y in {case['y'].dtype}, l in {case['l'].dtype}"
        found = returned(record, what)
        if isinstance(found, Tensor) and found.dtype != case["y"].dtype:
            mistake = "a product has the wider dtype of the two: cast it back"
            raise CheckFailed(f"{what}: {case['y'].dtype}", f"{found.dtype}", mistake)
        expect_tensor(found, _along(case), what)


SCALE_AXIS = Exercise(
    "set_1.scale_axis", "scale_axis", axis_cases, probe_axis,
    (
        Property("the factors line up with the named axis", _lines_up, 2),
        Property("y and l stay as they were, and the result is no view of y", _stays_apart, 1),
        Property("the result has the dtype of y", _keeps_dtype, 1),
    ),
)  # fmt: skip
