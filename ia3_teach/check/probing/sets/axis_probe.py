"""Exercise 1.1: tensors and an axis. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ia3_teach.check.probing.sets.calls import called, plain, recorded, tried
from ia3_teach.check.probing.sets.drawing import factors, normal
from ia3_teach.course.sets.variants import generator

Cases = list[dict[str, Any]]
# (shape, axis): some with equal sides, so that a wrong axis does not stop by itself; one with a side of 1
AXES = [((3, 3, 3), 0), ((3, 3, 3), -2), ((4, 4), 1), ((3, 5), 0), ((2, 4, 3), 1), ((1, 3, 4, 5), -3)]
AXES += [((2, 3, 4, 5), 2), ((2, 3, 4, 5), -2)]


def axis_cases(seed: int) -> Cases:
    """Tensors of two to four dimensions with negative entries, factors with a 0; the last two mix dtypes."""
    draw = generator(seed)
    cases = [{"y": normal(draw, *shape), "axis": axis} for shape, axis in AXES]
    cases += [{"y": normal(draw, 2, 3).to(dtype), "axis": 0} for dtype in (torch.bfloat16, torch.float64)]
    for case in cases:
        case["l"] = factors(draw, case["y"].shape[case["axis"]])
    return cases


@recorded
def probe_axis(answer: Callable, cases: Cases) -> Any:
    """The result of each case, and `y` after a change of the result, where the answer gives one."""
    records = []
    for case in cases:
        y = case["y"].clone()
        record = called(answer, case["y"], case["l"], case["axis"])
        ones, failure = torch.ones_like(case["l"]), {}
        with tried(failure):  # with l = 1 the result may be y itself
            answer(y, ones, case["axis"]).add_(1)
        records.append(record | {"changed": plain(None if failure else y)})
    return records
