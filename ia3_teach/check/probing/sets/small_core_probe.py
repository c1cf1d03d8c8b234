"""Problem set 5: a layer with a core, and its merging. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ia3_teach.check.probing import layers
from ia3_teach.check.probing.sets.calls import (
    below,
    called,
    named_parameters,
    plain,
    reached,
    recorded,
    trained,
    tried,
)
from ia3_teach.check.probing.sets.drawing import normal
from ia3_teach.check.probing.sets.frame_probe import SHAPES
from ia3_teach.course.sets.variants import generator, number

Cases = list[dict[str, Any]]
SCALES = [None, None, 0.75, -1.5, 0.0]  # alpha of each shape; None: a whole number above r
SMALL = 3e-4  # times a core
WIDE = 40


def layer_cases(seed: int) -> Cases:
    """Linears with a bias and without, a core R, an input and a scale."""
    draw, cases = generator(seed), []
    for (d_out, d_in, r), alpha in zip(SHAPES, SCALES, strict=True):
        case = {"weight": _apart(draw, d_out, d_in, r), "r": r}
        case["alpha"] = float(r + number(draw, 1, 3)) if alpha is None else alpha
        case["bias"] = normal(draw, d_out) if cases else None
        cases.append(case | {"core": normal(draw, r, r), "x": normal(draw, 2, 3, d_in)})
    return cases


def _apart(draw: torch.Generator, d_out: int, d_in: int, r: int) -> Tensor:
    """A weight whose r largest singular values lie apart: in float32, near ones have uncertain vectors."""
    while True:
        weight = normal(draw, d_out, d_in)
        sizes = torch.linalg.svdvals(weight)
        if (sizes[:-1] - sizes[1:])[:r].min() > 0.1 * sizes[0]:
            return weight


@recorded
def probe_layer(answer: Callable, cases: Cases) -> Any:
    """Of each layer: what trains, the outputs at the start, with two cores, the gradients; and a wide R."""
    records = [_layer(answer, case) for case in cases]
    records[0]["wide"] = called(_wide_core, answer)
    return records


def _wide_core(answer: Callable) -> Any:
    """The start of a core with so many entries that they tell how they were drawn."""
    torch.manual_seed(1)
    sizes = torch.arange(1.0, WIDE + 1)
    return answer(layers.linear(sizes.diag(), torch.zeros(WIDE)), WIDE, 1.0).R


def _layer(answer: Callable, case: dict[str, Any]) -> dict[str, Any]:
    linear, record = layers.linear(case["weight"], case["bias"]), {}
    with tried(record):
        torch.manual_seed(0)
        layer = answer(linear, case["r"], case["alpha"])
        record["trained"] = trained(layer, "R")
        record["start"], record["core"] = plain(_outputs(layer, case["x"])[-1]), plain(layer.R)
        small, outputs = (_with_core(layer, factor * case["core"], case["x"]) for factor in (SMALL, 1))
        record["outputs"] = [plain(small), plain(outputs)]
        record["shapes"] = [plain(layer(x.clone())) for x in (case["x"][0, 0], case["x"][None])]
        record["reached"] = reached(outputs[-1], linear)
        if outputs[-1].requires_grad:
            for output in (outputs[-1], layer(case["x"].clone())):  # training goes on after a first step
                output.square().sum().backward()
        record["gradient"] = plain(layer.R.grad)
        record["left"] = [plain(weight.grad) for _, weight in named_parameters(linear)]
        record |= below(layer, case["x"])
        record["held"] = [plain(linear.weight), plain(linear.bias)]
    return record


def _with_core(layer: nn.Module, core: Tensor, x: Tensor) -> list[Any]:
    with torch.no_grad():
        layer.R.copy_(core)
    return _outputs(layer, x)


def _outputs(layer: nn.Module, x: Tensor) -> list[Any]:
    """The outputs in either mode, without gradients and with them; the last one has them."""
    outputs = []
    for training in (True, False):
        layer.train(training)
        for gradients in (False, True):
            with torch.set_grad_enabled(gradients):
                outputs.append(layer(x.clone()))
    return outputs


def merge_cases(seed: int) -> Cases:
    """A weight, a rank, a core and a scale; at last a small core."""
    cases = [{name: case[name] for name in ("weight", "r", "alpha", "core")} for case in layer_cases(seed)]
    return [*cases, cases[0] | {"core": SMALL * cases[0]["core"]}]


@recorded
def probe_merge(answer: Callable, cases: Cases) -> Any:
    """The merged weights."""
    return [called(answer, case["weight"], case["core"], case["alpha"]) for case in cases]
