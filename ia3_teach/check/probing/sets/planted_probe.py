"""Exercises 1.4 and 1.5: layers before and after a vector was folded in. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from ia3_teach.check.probing.sets.calls import called, plain, recorded
from ia3_teach.course.sets.planted import plant
from ia3_teach.course.sets.variants import generator, number

Cases = list[dict[str, Any]]
SIDES = [("out", True), ("in", True), ("out", False), ("in", False)]


def planted_cases(seed: int) -> dict[str, Cases]:
    """Layers before and after: without zeros, with zeros, and such that no vector explains."""
    draw = generator(seed)
    seeds = [number(draw, 0, 2**30) for _ in range(8)]
    hard = [plant(s, side, bias) for s, (side, bias) in zip(seeds, SIDES, strict=False)]
    easy = [_without_zeros(plant(s, side, bias)) for s, (side, bias) in zip(seeds[4:], SIDES, strict=True)]
    layers = {"easy": easy, "hard": [layer._asdict() for layer, _, _ in hard]}
    odd = [layer | {"new_weight": layer["new_weight"].roll(1, 0)} for layer in easy[:2]]
    odd += [layer | {"new_bias": layer["new_bias"] + 1} for layer in easy if layer["bias"] is not None]
    return layers | {"none": odd}


def _without_zeros(planted: tuple[Any, str, Tensor]) -> dict[str, Any]:
    """The same draw with a weight that has no zeros, and a vector whose entries all lie above 0."""
    layer, side, l = planted
    weight, l = layer.weight.where(layer.weight != 0, 0.7), l.abs() + 0.3
    if side == "in":
        return {"weight": weight, "bias": layer.bias, "new_weight": weight * l, "new_bias": layer.bias}
    new_bias = None if layer.bias is None else l * layer.bias
    return {"weight": weight, "bias": layer.bias, "new_weight": l[:, None] * weight, "new_bias": new_bias}


@recorded
def probe_planted(answer: Callable, cases: dict[str, Cases]) -> Any:
    """What is returned or raised for each layer."""
    names = ("weight", "bias", "new_weight", "new_bias")
    return {
        kind: [called(answer, *map(layer.get, names)) for layer in layers] for kind, layers in cases.items()
    }


def own_cases(seed: int) -> dict[str, Any]:
    """The learner's own layer."""
    return plant(seed)[0]._asdict()


@recorded
def probe_own(answer: Any, cases: dict[str, Any]) -> Any:
    """The answer itself, which is numbers and text."""
    return plain(answer)
