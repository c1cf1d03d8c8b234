"""Exercises 5.1, 5.4 and 5.5, judged: the frame of a weight, a rank within a budget, the best core."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets import frame_probe as probes
from ia3_teach.check.sets.core_changes import changes, largest, near
from ia3_teach.check.sets.graded import Exercise, Property
from ia3_teach.check.sets.judging import described, expect_tensor, pair_of, raised, value_of
from ia3_teach.check.sets.own_numbers import expect_rounded

Case = dict[str, Any]
Records = list[dict[str, Any]]


def _frames(record: dict[str, Records], cases: list[Case]) -> list[tuple[Tensor, Tensor, Case, str]]:
    """Left and right of every case, their shapes checked."""
    found = []
    for each, case in zip(record["right"], cases, strict=True):
        (d_out, d_in), r = case["weight"].shape, case["r"]
        what = f"frame of a weight ({d_out}, {d_in}), r = {r}"
        left, right = pair_of(value_of(each, what), what)
        for name, part, shape in (("left", left, (d_out, r)), ("right", right, (r, d_in))):
            if not isinstance(part, Tensor) or tuple(part.shape) != shape:
                turned = isinstance(part, Tensor) and tuple(part.shape) == shape[::-1] != shape
                mistake = "transposed" if turned else "d_out rows left, d_in columns right, r between"
                raise CheckFailed(f"{what}: {name} of shape {shape}", described(part), mistake)
        found.append((left, right, case, what))
    return found


def _is_nearest(record: dict[str, Records], cases: list[Case]) -> None:
    for left, right, case, what in _frames(record, cases):
        u, sizes, v = largest(case["weight"], case["r"])
        known = {"the singular values are missing: they belong to left": u @ v}
        known["the singular values stand twice"] = u * sizes.square() @ v
        expect_tensor(left @ right, u * sizes @ v, f"{what}: left @ right", known)


def _is_orthonormal(record: dict[str, Records], cases: list[Case]) -> None:
    for left, right, case, what in _frames(record, cases):
        _, sizes, _ = largest(case["weight"], case["r"])
        expect_tensor(right @ right.T, torch.eye(case["r"], dtype=right.dtype), f"{what}: right @ right.T")
        expect_tensor(left.T @ left, sizes.square().diag(), f"{what}: left.T @ left")


def _refuses_ranks(record: dict[str, Records], cases: list[Case]) -> None:
    value_of(record["right"][0], "frame of a weight and a rank that fits")
    for each, (weight, r) in zip(record["wrong"], probes.impossible(cases), strict=True):
        if not raised(each, "ValueError"):
            found = each.get("error") or described(each["value"])
            expected = f"a ValueError for r = {r} and a weight {tuple(weight.shape)}"
            raise CheckFailed(expected, found, "compare r first, and raise a ValueError")


def _fits(records: Records, cases: list[Case]) -> None:
    for record, case in zip(records, cases, strict=True):
        budget = case["lora_rank"] * (case["d_in"] + case["d_out"])
        expected = min(int(budget**0.5 + 1e-9), case["d_in"], case["d_out"])
        told = ", ".join(f"{name}={value}" for name, value in case.items())
        found = value_of(record, f"core_rank({told})")
        if type(found) is not int or found != expected:
            mistake = _of_rank(found, expected, int(budget**0.5 + 1e-9))
            raise CheckFailed(f"core_rank({told}) = {expected}", described(found), mistake)


def _of_rank(found: Any, expected: int, root: int) -> str:
    """The likely mistake of a wrong rank; `root` is the largest one whose square is within the budget."""
    if type(found) is not int:
        return "a whole number"
    if expected < found <= root:
        return "a rank is at most min(d_in, d_out)"
    if abs(found - expected) == 1:
        return "it trains more than LoRA" if found > expected else "as many as LoRA is allowed"
    return "the largest r for which R, of r times r values, has no more than LoRA's two matrices"


def _best(case: Case) -> tuple[Tensor, float]:
    """left R right for the best R, and what is left of the change, as a share of it."""
    u, _, v = largest(case["weight"], case["r"])
    nearest = u @ (u.T @ case["change"] @ v.T) @ v
    return nearest, float((case["change"] - nearest).norm() / case["change"].norm())


def _is_best(records: Records, cases: list[Case]) -> None:
    for record, case in zip(records, cases, strict=True):
        what = f"best_core, r = {case['r']}"
        core = value_of(record, what)
        if not isinstance(core, Tensor) or tuple(core.shape) != (case["r"], case["r"]):
            raise CheckFailed(f"{what}: R of shape {(case['r'],) * 2}", described(core), "r rows, r columns")
        right = changes(case | {"alpha": 1.0}, core)
        nearest, _ = _best(case)
        if not any(near(each, nearest, 1e-5) for each in right):
            rest = min(float((case["change"] - each).norm() / case["change"].norm()) for each in right)
            found = f"an R that leaves {rest:.6f} of it"
            _, sizes, _ = largest(case["weight"], case["r"])
            undivided = changes(case | {"alpha": 1.0}, core / sizes[:, None])
            mistake = "try a change that some R gives exactly: nothing of it may be left over"
            if any(near(each, nearest, 1e-5) for each in undivided):
                mistake = "left is no orthonormal frame: divide by the singular values, which it holds"
            raise CheckFailed(f"{what}: {_best(case)[1]:.6f} of the change left over", found, mistake)


def _own_rest(record: Any, case: Case) -> None:
    expect_rounded(record, _best(case)[1], 3, "the rest of your own change, to three decimals")


FRAME = Exercise(
    "set_5.frame", "frame", probes.frame_cases, probes.probe_frame,
    (
        Property("left @ right is as near to W as rank r allows", _is_nearest, 2),
        Property("right has orthonormal rows, and left holds the singular values", _is_orthonormal, 1),
        Property("a ValueError for a rank that cannot be", _refuses_ranks, 1),
    ),
)  # fmt: skip

CORE_RANK = Exercise(
    "set_5.core_rank", "core_rank", probes.rank_cases, probes.probe_rank,
    (Property("the largest rank within LoRA's budget", _fits, 2),),
)  # fmt: skip

BEST_CORE = Exercise(
    "set_5.best_core", "best_core", probes.core_cases, probes.probe_core,
    (Property("no other R comes nearer", _is_best, 4),),
)  # fmt: skip

MINE = Exercise(
    "set_5.mine", "mine", probes.own_cases, probes.probe_own,
    (Property("what your own change leaves over", _own_rest, 1),), personal=True,
)  # fmt: skip
