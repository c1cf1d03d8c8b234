"""Exercise 1.3, judged: the gradients as sums over the positions, one at a time."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets.gradient_probe import gradient_cases, probe_gradients
from ia3_teach.check.sets.graded import Exercise, Property
from ia3_teach.check.sets.judging import expect_tensor, pair_of, value_of

Case = dict[str, Any]
Records = list[dict[str, Any]]


def _gradient(number: int) -> Any:
    """The judge of the first or the second of the pair."""

    def judge(records: Records, cases: list[Case]) -> None:
        for record, case in zip(records, cases, strict=True):
            side = ("out", "in")[number]
            what = f"the gradient on side {side!r}, x of shape {tuple(case['x'].shape)}"
            if "does not require grad" in record.get("says", ""):
                raise CheckFailed(f"{what}, without autograd", record["says"], "write the sum down by hand")
            found = pair_of(value_of(record, what), "gradients(x, weight, bias, g)")[number]
            right, known = _summed(case, side)
            expect_tensor(found, right, what, known)

    return judge


def _summed(case: Case, side: str) -> tuple[Tensor, dict[str, Tensor]]:
    """The sum over positions, one at a time, and sums that are wrong in a known way."""
    x, g = case["x"].flatten(0, -2), case["g"].flatten(0, -2)
    weight, bias = case["weight"], case["bias"]
    if side == "in":
        right = sum(x_t * (weight.T @ g_t) for x_t, g_t in zip(x, g, strict=True))
        return right, {"the mean over the positions: every use of l adds to its gradient": right / len(x)}
    bare = sum(g_t * (weight @ x_t) for x_t, g_t in zip(x, g, strict=True))
    right = bare if bias is None else bare + bias * g.sum(0)
    known = {"the mean over the positions: every use of l adds to its gradient": right / len(x)}
    return right, known | ({} if bias is None else {"the bias is missing: l multiplies W x + b": bare})


GRADIENTS = Exercise(
    "set_1.gradients", "gradients", gradient_cases, probe_gradients,
    (
        Property("the gradient of a vector on the output", _gradient(0), 2),
        Property("the gradient of a vector on the input", _gradient(1), 2),
    ),
)  # fmt: skip
