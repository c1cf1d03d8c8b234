"""Problem set 5: weights, a layer and a change to imitate. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ia3_teach.check.probing import layers
from ia3_teach.check.probing.sets.calls import (
    called,
    named_parameters,
    plain,
    reached,
    recorded,
    trained,
    tried,
)
from ia3_teach.check.probing.sets.drawing import normal
from ia3_teach.course.sets.targets import change
from ia3_teach.course.sets.variants import generator, number

Cases = list[dict[str, Any]]
SHAPES = [(7, 5, 2), (5, 7, 3), (6, 6, 1)]  # d_out, d_in, r
WIDE = 40


def frame_cases(seed: int) -> Cases:
    """Weights that are wide, tall and square, in float64, each with a rank."""
    draw = generator(seed)
    return [{"weight": normal(draw, *shape).double(), "r": r} for *shape, r in SHAPES]


@recorded
def probe_frame(answer: Callable, cases: Cases) -> Any:
    """What is returned for each weight, and for ranks that cannot be."""
    ranks = [0, -1, min(cases[0]["weight"].shape) + 1]
    return {
        "right": [called(answer, case["weight"], case["r"]) for case in cases],
        "wrong": [called(answer, cases[0]["weight"], rank) for rank in ranks],
    }


def layer_cases(seed: int) -> Cases:
    """Linears with a bias and without, a core R, an input and a scale."""
    draw, cases = generator(seed), []
    for number_of, (d_out, d_in, r) in enumerate(SHAPES):
        case = {"weight": normal(draw, d_out, d_in), "r": r, "alpha": float(number(draw, 2, 5))}
        case["bias"] = normal(draw, d_out) if number_of else None
        cases.append(case | {"core": normal(draw, r, r), "x": normal(draw, 2, 3, d_in)})
    return cases


@recorded
def probe_layer(answer: Callable, cases: Cases) -> Any:
    """Of each layer: what trains, the output at the start, with a core, the gradients; and a wide R."""
    records = [_layer(answer, case) for case in cases]
    records[0]["wide"] = called(_wide_core, answer)
    return records


def _wide_core(answer: Callable) -> Any:
    """The start of a core with so many entries that they tell how they were drawn."""
    torch.manual_seed(1)
    sizes = torch.arange(1.0, WIDE + 1)
    return answer(layers.linear(sizes.diag(), None), WIDE, 1.0).R


def _layer(answer: Callable, case: dict[str, Any]) -> dict[str, Any]:
    linear, record = layers.linear(case["weight"], case["bias"]), {}
    with tried(record):
        torch.manual_seed(0)
        layer = answer(linear, case["r"], case["alpha"])
        record["trained"] = trained(layer)
        record["start"], record["core"] = plain(layer(case["x"].clone())), plain(layer.R)
        with torch.no_grad():
            layer.R.copy_(case["core"])
        output = layer(case["x"].clone())
        record["output"] = plain(output)
        record["reached"] = reached(output, linear)
        output.square().sum().backward()
        record["gradient"] = plain(layer.R.grad)
        record["left"] = [plain(weight.grad) for _, weight in named_parameters(linear)]
        record["held"] = [plain(linear.weight), plain(linear.bias)]
    return record


def merge_cases(seed: int) -> Cases:
    """A weight, a rank, a core and a scale."""
    return [{name: case[name] for name in ("weight", "r", "alpha", "core")} for case in layer_cases(seed)]


@recorded
def probe_merge(answer: Callable, cases: Cases) -> Any:
    """The merged weights."""
    return [called(answer, case["weight"], case["core"], case["alpha"]) for case in cases]


def rank_cases(seed: int) -> Cases:
    """Widths and LoRA ranks, among them one at the border."""
    draw = generator(seed)
    drawn = [{"d_in": number(draw, 64, 4096), "d_out": number(draw, 64, 4096)} for _ in range(4)]
    cases = [case | {"lora_rank": number(draw, 1, 64)} for case in drawn]
    borders = [(8, 8, 4), (8, 12, 6), (30, 33, 1)]  # a whole root, a weight too small for the root, neither
    return cases + [dict(zip(("d_in", "d_out", "lora_rank"), each, strict=True)) for each in borders]


@recorded
def probe_rank(answer: Callable, cases: Cases) -> Any:
    """What is returned in each case."""
    return [called(answer, *map(case.get, ("d_in", "d_out", "lora_rank"))) for case in cases]


def core_cases(seed: int) -> Cases:
    """Weights, and changes to imitate: one that some core gives exactly, and one that none does."""
    draw, cases = generator(seed), []
    for r in (2, 4):
        weight, wanted = change(number(draw, 0, 2**30))
        cases.append({"weight": weight, "change": wanted, "r": r})
    return cases


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
