"""Checks of lesson 06: what is trained, one step of training, and decay towards 1."""

from collections.abc import Callable

import torch
from torch import nn

from ia3_teach.check.core import expect, expect_close, expect_equal, run_properties
from ia3_teach.check.one_step import training_step

__all__ = ["choose_trainable", "decay_to_one", "training_step"]


def _sample() -> nn.Module:
    """Two layers with vectors, a head, and a module whose name only looks like a vector's."""
    model = nn.Module()
    model.embedding = nn.Embedding(5, 3)
    model.all_layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])
    for layer, names in zip(model.all_layers, (("l_k", "l_v"), ("l_ff",)), strict=True):
        for name in names:
            layer.register_parameter(name, nn.Parameter(torch.ones(3)))
    model.classifier = nn.Linear(3, 2)
    return model


def _chosen(choose: Callable, frozen_before: bool = False) -> tuple[dict[str, bool], object]:
    """What requires a gradient after the learner's call, and what the call returned."""
    model = _sample().requires_grad_(not frozen_before)
    returned = choose(model)
    return {name: p.requires_grad for name, p in model.named_parameters()}, (model, returned)


def _vectors_are_trained(choose: Callable) -> None:
    """every vector requires a gradient"""
    flags, _ = _chosen(choose)
    frozen = [name for name, flag in flags.items() if name.rpartition(".")[2].startswith("l_") and not flag]
    expect(not frozen, "all vectors trainable", f"frozen: {frozen}", "the vectors were frozen with the base")


def _base_is_frozen(choose: Callable) -> None:
    """nothing of the base requires a gradient"""
    flags, _ = _chosen(choose)
    base = [name for name, flag in flags.items() if flag and not _is_new(name)]
    looks = "`all_layers` contains 'l_' as well: look at the LAST part of the name"
    only_alike = base and all(name.startswith("all_layers") for name in base)
    mistake = looks if only_alike else "the base is left trainable: freeze first, then choose"
    expect(not base, "no base parameter trainable", f"trainable: {base}", mistake)


def _head_is_trained(choose: Callable) -> None:
    """the new head requires a gradient, weight and bias"""
    flags, _ = _chosen(choose)
    frozen = [name for name, flag in flags.items() if name.startswith("classifier.") and not flag]
    expect(
        not frozen, "classifier.weight and classifier.bias trainable", f"frozen: {frozen}",
        "the head is new and random; frozen, it stays so",
    )  # fmt: skip


def _thaws(choose: Callable) -> None:
    """it works on a model that was frozen before"""
    flags, _ = _chosen(choose, frozen_before=True)
    expect_equal(
        sum(flags.values()), 5, "trainable tensors of a model that came frozen",
        "set requires_grad to True where it must be, not only to False elsewhere",
    )  # fmt: skip


def _returns_them(choose: Callable) -> None:
    """the trainable parameters are returned as a list"""
    _, (model, returned) = _chosen(choose)
    wanted = [p for p in model.parameters() if p.requires_grad]
    is_list = isinstance(returned, list) and all(isinstance(p, nn.Parameter) for p in returned)
    expect(
        is_list, "a list of parameters", f"{type(returned).__name__} of other things",
        "an optimizer wants the parameters themselves, not their names",
    )  # fmt: skip
    same = len(returned) == len(wanted) and all(a is b for a, b in zip(returned, wanted, strict=True))
    expect(
        same, f"the {len(wanted)} trainable parameters, in model order", f"{len(returned)} parameters",
        "the list and the requires_grad flags disagree",
    )  # fmt: skip


def _is_new(name: str) -> bool:
    return name.rpartition(".")[2] in ("l_k", "l_v", "l_ff") or name.startswith("classifier.")


def choose_trainable(choose: Callable) -> None:
    """Check `choose_trainable(model)`."""
    run_properties(choose, [_vectors_are_trained, _base_is_frozen, _head_is_trained, _thaws, _returns_them])


def _keeps_one(decay: Callable) -> None:
    """a vector of ones stays as it is"""
    ones = torch.ones(3)
    known = {"that is AdamW's own decay, towards 0": torch.full((3,), 1 - 0.1 * 0.5)}
    expect_close(
        decay(ones, 0.1, 0.5), ones, "decay of ones", "only the distance l - 1 may shrink", known=known
    )


def _shrinks_the_distance(decay: Callable) -> None:
    """the distance from 1 shrinks by the factor 1 - learning_rate * weight_decay"""
    l, rate, strength = torch.tensor([2.0, 0.5, -1.0]), 0.1, 0.5
    distance = l - 1
    known = {
        "the learning rate is missing from the factor": 1 + (1 - strength) * distance,
        "the distance grows: the sign is wrong": 1 + (1 + rate * strength) * distance,
        "the distance was not put back on top of 1": (1 - rate * strength) * distance,
        "l came back unchanged": l,
    }
    wanted = torch.stack([1 + (1 - rate * strength) * (entry - 1) for entry in l])
    expect_close(
        decay(l.clone(), rate, strength), wanted, "decay of [2, 0.5, -1]", "1 + factor * (l - 1)", known=known
    )


def _makes_a_new_tensor(decay: Callable) -> None:
    """l itself is not changed"""
    l = torch.tensor([2.0, 0.5])
    before = l.clone()
    decay(l, 0.1, 0.5)
    expect_close(l, before, "l after the call", "l was changed in place: return a new tensor")


def decay_to_one(decay: Callable) -> None:
    """Check `decay_to_one(l, learning_rate, weight_decay)`."""
    run_properties(decay, [_keeps_one, _shrinks_the_distance, _makes_a_new_tensor])
