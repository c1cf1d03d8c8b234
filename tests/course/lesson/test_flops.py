"""Counting tensor operations, and timing in turns."""

import gc

import pytest
import torch
from torch import nn

from ia3_teach import IA3, LoRA, attach, merged
from ia3_teach.course.lesson.flops import in_turns, operations, relative


def test_a_vector_costs_one_multiplication_and_a_merged_one_nothing() -> None:
    model, x = nn.Sequential(nn.Linear(3, 3), nn.ReLU()), torch.ones(2, 3)
    bare = operations(lambda: model(x))
    attach(model, IA3(sites={"0": "out"}))
    assert operations(lambda: model(x)) - bare == {"mul": 1}
    with merged(model):
        assert operations(lambda: model(x)) == bare


def test_a_low_rank_path_costs_matrix_products() -> None:
    model, x = nn.Sequential(nn.Linear(3, 3)), torch.ones(2, 3)
    bare = operations(lambda: model(x))
    attach(model, LoRA(r=2, sites=["0"]))
    assert (operations(lambda: model(x)) - bare)["mm"] == 2


def test_no_gradients_are_counted_or_left_on() -> None:
    weight = torch.ones(2, requires_grad=True)
    assert operations(lambda: (weight * weight).sum()) == {"mul": 1, "sum": 1}
    assert torch.is_grad_enabled()


def test_turns_go_back_and_forth_and_the_first_round_is_left_out() -> None:
    called = []
    times = in_turns({name: lambda name=name: called.append(name) for name in "abc"}, rounds=2)
    assert "".join(called) == "abccbaabc"
    assert {name: len(seconds) for name, seconds in times.items()} == {"a": 2, "b": 2, "c": 2}


def test_an_error_leaves_the_collector_on() -> None:
    def fail() -> None:
        raise RuntimeError("busy")

    with pytest.raises(RuntimeError, match="busy"):
        in_turns({"a": fail}, rounds=1)
    assert gc.isenabled()


def test_relative_divides_by_the_median() -> None:
    assert relative({"a": [1.0, 2.0, 9.0], "b": [4.0]}, to="a") == {"a": [0.5, 1.0, 4.5], "b": [2.0]}
