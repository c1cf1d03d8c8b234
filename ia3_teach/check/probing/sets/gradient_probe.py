"""Exercise 1.3: inputs, weights and the gradient of an output. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ia3_teach.check.probing.sets.calls import called, recorded
from ia3_teach.check.probing.sets.drawing import normal
from ia3_teach.course.sets.variants import generator

Cases = list[dict[str, Any]]


def gradient_cases(seed: int) -> Cases:
    """Inputs with one to three axes in front; square and not; with a bias and without."""
    draw, cases = generator(seed), []
    for front, d_in, d_out, bias in [((5,), 3, 4, True), ((4, 4), 4, 4, True), ((2, 3, 2), 4, 3, False)]:
        case = {"x": normal(draw, *front, d_in), "weight": normal(draw, d_out, d_in)}
        case["bias"] = 1 + normal(draw, d_out) if bias else None
        cases.append(case | {"g": normal(draw, *front, d_out)})
    return cases


@recorded
def probe_gradients(answer: Callable, cases: Cases) -> Any:
    """What is returned in each case, by hand: autograd keeps nothing."""
    with torch.inference_mode():
        return [called(answer, case["x"], case["weight"], case["bias"], case["g"]) for case in cases]
