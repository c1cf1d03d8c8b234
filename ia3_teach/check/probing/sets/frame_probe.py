"""Problem set 5: weights and ranks, and changes to imitate. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.probing.sets.calls import called, plain, recorded
from ia3_teach.check.probing.sets.drawing import normal
from ia3_teach.course.sets.targets import change
from ia3_teach.course.sets.variants import generator, number

Cases = list[dict[str, Any]]
SHAPES = [(7, 5, 2), (5, 7, 3), (6, 6, 1), (4, 6, 4), (5, 4, 2)]  # d_out, d_in, r


def frame_cases(seed: int) -> Cases:
    """Weights that are wide, tall and square, in float64, each with a rank."""
    draw = generator(seed)
    cases = [{"weight": normal(draw, *shape).double(), "r": r} for *shape, r in SHAPES]
    return [*cases, {"weight": spread(draw, 7, 2.0, 2.0, 1.0, 0.5, 0.05, 1e-3), "r": 6}]


def spread(draw: torch.Generator, d_out: int, *sizes: float) -> Any:
    """A float64 weight of full rank that has these singular values, of which some are equal or small."""
    left, right = (torch.linalg.qr(normal(draw, n, len(sizes)).double())[0] for n in (d_out, len(sizes)))
    return left * torch.tensor(sizes, dtype=torch.float64) @ right


@recorded
def probe_frame(answer: Callable, cases: Cases) -> Any:
    """What is returned for each weight, and for ranks that cannot be."""
    return {
        "right": [called(answer, case["weight"], case["r"]) for case in cases],
        "wrong": [called(answer, weight, rank) for weight, rank in impossible(cases)],
    }


def impossible(cases: Cases) -> list[tuple[Tensor, int]]:
    """Every weight with ranks that cannot be."""
    weights = [case["weight"] for case in cases]
    return [(weight, rank) for weight in weights for rank in (0, -1, min(weight.shape) + 1)]


def rank_cases(seed: int) -> Cases:
    """Widths and LoRA ranks, among them one at the border."""
    draw = generator(seed)
    drawn = [{"d_in": number(draw, 64, 4096), "d_out": number(draw, 64, 4096)} for _ in range(4)]
    cases = [case | {"lora_rank": number(draw, 1, 64)} for case in drawn]
    # a whole root, weights too small for the root, none of these, a root that float32 rounds up
    borders = [(8, 8, 4), (8, 12, 6), (12, 8, 6), (30, 33, 1), (4098, 4098, 2048)]
    return cases + [dict(zip(("d_in", "d_out", "lora_rank"), each, strict=True)) for each in borders]


@recorded
def probe_rank(answer: Callable, cases: Cases) -> Any:
    """What is returned in each case."""
    return [called(answer, *map(case.get, ("d_in", "d_out", "lora_rank"))) for case in cases]


def core_cases(seed: int) -> Cases:
    """Weights, and changes to imitate; in the last, a small change, and singular values that fall off."""
    draw, cases = generator(seed), []
    for r in (2, 4):
        weight, wanted = change(number(draw, 0, 2**30))
        cases.append({"weight": weight, "change": wanted, "r": r})
    small = 1e-3 * normal(draw, 7, 4).double()
    return [*cases, {"weight": spread(draw, 7, 3.0, 1.0, 0.05, 1e-3), "change": small, "r": 4}]


@recorded
def probe_core(answer: Callable, cases: Cases) -> Any:
    """The core found for each change."""
    return [called(answer, *map(case.get, ("weight", "change", "r"))) for case in cases]


def own_cases(seed: int) -> dict[str, Any]:
    """The learner's own weight and change."""
    weight, wanted = change(seed)
    return {"weight": weight, "change": wanted, "r": 3}


@recorded
def probe_own(answer: Any, cases: Any) -> Any:
    """The answer itself, which is a number."""
    return plain(answer)
