"""Checks of lesson 05: counting the values of a model; the formulas are checked in `counting.py`."""

from collections.abc import Callable

import torch
from torch import nn

from ia3_teach.check.core import expect, expect_equal, run_properties
from ia3_teach.check.counting import head_copies as head_copies
from ia3_teach.check.counting import ia3_values as ia3_values


class _Tied(nn.Module):
    """All that is easily miscounted: tied weights, buffers, a frozen part, a new head."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(11, 5)  # 55 values
        self.block = nn.Linear(5, 5)  # 30
        self.norm = nn.BatchNorm1d(5)  # 10, and 11 numbers in buffers
        self.output = nn.Linear(5, 11, bias=False)
        self.output.weight = self.embedding.weight
        self.classifier = nn.Linear(5, 3)  # 18


def _frozen(trained: str) -> nn.Module:
    """The model with only the parameters of one part trained."""
    model = _Tied()
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(trained))
    return model


def _pair(found: object) -> tuple[object, object]:
    """The answer as (trainable, total)."""
    forgot = "the function returns nothing: is `return` missing?"
    order = "return trainable, total: two whole numbers, in this order"
    pair = isinstance(found, tuple) and len(found) == 2
    expect(pair, "a pair (trainable, total)", f"{found!r}", forgot if found is None else order)
    return found


def _counts_a_linear(count_parameters: Callable) -> None:
    """a Linear has d_out x d_in weights and d_out biases"""
    expect_equal(
        _pair(count_parameters(nn.Linear(3, 4))), (16, 16), "(trainable, total) of a Linear(3, 4)",
        "numel() is the number of entries of a tensor; the bias counts too",
    )  # fmt: skip


def _counts_shared_once(count_parameters: Callable) -> None:
    """a matrix that two layers share is there once, and buffers are no parameters"""
    _, total = _pair(count_parameters(_Tied()))
    known = {
        113 + 55: "the tied matrix was counted twice: count each Parameter object once",
        113 + 11: "buffers (running means, a step counter) were counted: they are no parameters",
        113 + 66: "tied matrices twice and buffers too: a state_dict lists both",
        113 - 18: "the head was left out: everything the model holds is part of the total",
    }
    expect_equal(
        total, 113, "the total of a model with tied weights, a buffer and a head",
        known.get(total, "compare with model.parameters()"),
    )  # fmt: skip


def _tells_frozen_from_trained(count_parameters: Callable) -> None:
    """frozen values count in the total only"""
    for part, values in (("block", 30), ("classifier", 18)):
        trainable, total = _pair(count_parameters(_frozen(part)))
        known = {
            113: "all values were called trainable: look at requires_grad",
            0: "the head was left out: a new head is trained too",
            83: "frozen and trained are exchanged: requires_grad is True where training changes a value",
        }
        expect_equal(
            trainable, values, f"trainable, with only `{part}` trained",
            known.get(trainable, "sum numel() where requires_grad is True"),
        )  # fmt: skip
        expect_equal(total, 113, "the total of that model", "the total has the frozen values in it too")


def _works_without_values(count_parameters: Callable) -> None:
    """a model on the meta device, which holds no numbers at all, is counted alike"""
    with torch.device("meta"):
        model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    expect_equal(
        _pair(count_parameters(model)), (26, 26), "(trainable, total) on the meta device",
        "on the meta device every data_ptr() is 0: tell parameters apart by the object, not by its address",
    )  # fmt: skip


def _leaves_the_model_alone(count_parameters: Callable) -> None:
    """counting freezes and changes nothing"""
    model = _frozen("block")
    before = [parameter.requires_grad for parameter in model.parameters()]
    count_parameters(model)
    after = [parameter.requires_grad for parameter in model.parameters()]
    expect(before == after, "requires_grad as before", "other flags", "only read requires_grad, never set it")


def count_parameters(answer: Callable) -> None:
    """Check `count_parameters(model)`: the pair (trainable, total)."""
    run_properties(
        answer,
        [
            _counts_a_linear, _counts_shared_once, _tells_frozen_from_trained,
            _works_without_values, _leaves_the_model_alone,
        ],
    )  # fmt: skip
