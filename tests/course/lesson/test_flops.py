"""Counting tensor operations, and timing in turns."""

import gc

import pytest
import torch
from torch import nn

from ia3_teach import IA3, LoRA, attach, merged
from ia3_teach.course.lesson.flops import in_turns, operations, product_flops, relative


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


ROWS, HEADS, ASKING, READ, WIDE, WIDER = 2, 3, 4, 5, 8, 6


def attention(fused: bool) -> torch.Tensor:
    query, key, value = (
        torch.ones(ROWS, HEADS, tokens, wide, requires_grad=True)
        for tokens, wide in ((ASKING, WIDE), (READ, WIDE), (READ, WIDER))
    )
    if fused:
        return nn.functional.scaled_dot_product_attention(query, key, value)
    return (query @ key.transpose(-1, -2)).softmax(-1) @ value


@pytest.mark.parametrize("fused", [True, False])
def test_attention_costs_its_two_products_fused_or_not(fused: bool) -> None:
    products = 2 * ROWS * HEADS * ASKING * READ * (WIDE + WIDER)
    assert product_flops(lambda: attention(fused)) == products


def test_a_fused_attention_computes_its_scores_again_on_the_way_back() -> None:
    query, key = (torch.ones(ROWS, HEADS, tokens, WIDE, requires_grad=True) for tokens in (ASKING, READ))
    one = 2 * ROWS * HEADS * ASKING * READ * WIDE
    fused = product_flops(
        lambda: nn.functional.scaled_dot_product_attention(query, key, key).sum().backward()
    )
    plain = product_flops(lambda: ((query @ key.mT).softmax(-1) @ key).sum().backward())
    assert (fused, plain) == ((2 + 5) * one, (2 + 4) * one)


def test_training_everything_costs_three_forwards_and_passing_through_two() -> None:
    model, x = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)), torch.ones(3, 4, requires_grad=True)
    forward = product_flops(lambda: model(x))
    assert forward == 2 * 2 * 3 * 4 * 4
    assert product_flops(lambda: model(x).sum().backward()) == 3 * forward
    model.requires_grad_(False)
    assert product_flops(lambda: model(x).sum().backward()) == 2 * forward
