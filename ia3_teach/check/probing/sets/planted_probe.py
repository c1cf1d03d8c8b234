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
    easy[3]["new_weight"] = easy[3]["new_weight"] + 1e-9  # as equal as the text asks for
    hard = [layer._asdict() for layer, _, _ in hard]
    odd = [layer | {"new_weight": layer["new_weight"].roll(1, 0)} for layer in easy[:2]]
    odd += [layer | {"new_bias": layer["new_bias"] + 1} for layer in easy if layer["bias"] is not None]
    odd += [_moved(layer) for layer in easy + hard]
    hard += [_thinned(layer) for layer in easy[:2]]
    hard += [_all(1.0, hard[0]), _all(0.0, hard[0])]
    return {"easy": easy, "hard": hard, "none": odd}


def _all(factor: float, layer: dict[str, Any]) -> dict[str, Any]:
    """The same with a vector on side "out" whose entries are all this factor."""
    return layer | {"new_weight": factor * layer["weight"], "new_bias": factor * layer["bias"]}


def _moved(layer: dict[str, Any]) -> dict[str, Any]:
    """The same with one new weight a little off: the last, or the last over a 0."""
    new, zeros = layer["new_weight"].clone(), (layer["weight"] == 0).nonzero()
    row, column = zeros[-1].tolist() if len(zeros) else (-1, -1)
    new[row, column] += 2e-4
    return layer | {"new_weight": new}


def _thinned(layer: dict[str, Any]) -> dict[str, Any]:
    """The same with zeros in the weight everywhere but in its first row and its first column."""
    new, weight = layer["new_weight"].clone(), layer["weight"].clone()
    new[1:, 1:] = weight[1:, 1:] = 0.0
    return layer | {"weight": weight, "new_weight": new}


def _without_zeros(planted: tuple[Any, str, Tensor]) -> dict[str, Any]:
    """The same draw with a weight that has no zeros, and a vector of long fractions above 0, one near 1."""
    layer, side, l = planted
    weight, l = layer.weight.where(layer.weight != 0, 0.7), l.abs().where(l != 0, 0.7) + 0.31234
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
