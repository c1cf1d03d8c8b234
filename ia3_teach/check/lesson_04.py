"""Checks of lesson 04: which outputs of BLOOM's fused projection are keys, which are values.

The fused output of one token has n_heads * 3 * d_head channels in the order [head, 3, d_head]:
for each head its queries, then its keys, then its values.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_close, run_properties

_HEADS, _D_HEAD = 4, 5  # neither a multiple of 3: thirds cut through a head
_D_MODEL = _HEADS * _D_HEAD


def _by_loop(part: int, n_heads: int = _HEADS, d_head: int = _D_HEAD) -> Tensor:
    """Channels of part 0 (q), 1 (k) or 2 (v), counted one by one."""
    channels, channel = [], 0
    for _head in range(n_heads):
        for here in range(3):
            for _ in range(d_head):
                if here == part:
                    channels.append(channel)
                channel += 1
    return torch.tensor(channels)


def _thirds(part: int) -> Tensor:
    return torch.arange(part * _D_MODEL, (part + 1) * _D_MODEL)


def _interleaved(part: int) -> Tensor:
    return torch.arange(_D_MODEL) * 3 + part


def _place(parts: dict[int, Tensor], channels: Callable[[int], Tensor] = _by_loop) -> Tensor:
    """A vector of ones with each part's values put on its channels."""
    fused = torch.ones(3 * _D_MODEL)
    for part, values in parts.items():
        fused[channels(part)] = values
    return fused


def _vectors() -> tuple[Tensor, Tensor]:
    return torch.linspace(1.5, 2.0, _D_MODEL), torch.linspace(0.5, 0.8, _D_MODEL)


def _ones_change_nothing(fused_scale: Callable) -> None:
    """vectors of ones give 3 * n_heads * d_head ones"""
    ones = torch.ones(_D_MODEL)
    expect_close(
        fused_scale(ones, ones, _HEADS), torch.ones(3 * _D_MODEL), "the fused vector of ones",
        "queries are not scaled by IA3: their factor is 1, not 0", as_scale=True,
    )  # fmt: skip


def _scales_keys_and_values(fused_scale: Callable) -> None:
    """l_k scales the keys, l_v the values, and the queries keep the factor 1"""
    l_k, l_v = _vectors()
    expect_close(
        fused_scale(l_k, l_v, _HEADS), _place({1: l_k, 2: l_v}), "the fused vector",
        "print it as (n_heads, 3, d_head) and compare with l_k and l_v", as_scale=True,
        known={
            "thirds instead of heads: BLOOM's order is [head, 3, d_head], not [3, head, d_head]":
                _place({1: l_k, 2: l_v}, _thirds),
            "q, k, v alternate channel by channel: in a head, d_head queries come first":
                _place({1: l_k, 2: l_v}, _interleaved),
            "the queries are scaled too: their factor must stay 1": _place({0: l_k, 1: l_k, 2: l_v}),
            "the queries are scaled in place of the keys": _place({0: l_k, 2: l_v}),
            "keys and values are swapped": _place({1: l_v, 2: l_k}),
        },
    )  # fmt: skip


def _any_number_of_heads(fused_scale: Callable) -> None:
    """one head is as good as four"""
    l_k, l_v = torch.tensor([2.0, 3.0]), torch.tensor([4.0, 5.0])
    expect_close(
        fused_scale(l_k, l_v, 1), torch.tensor([1.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
        "the fused vector of one head", "take the number of heads from n_heads", as_scale=True,
    )  # fmt: skip


def _can_be_trained(fused_scale: Callable) -> None:
    """gradients reach l_k and l_v through the fused vector"""
    l_k, l_v = (vector.requires_grad_() for vector in _vectors())
    expect(
        fused_scale(l_k, l_v, _HEADS).requires_grad, "a result that depends on l_k and l_v",
        "a result without a gradient",
        "the numbers were copied out (detach, tolist, torch.tensor): training could not change l",
    )  # fmt: skip


def fused_scale(answer: Callable) -> None:
    """Check `fused_scale(l_k, l_v, n_heads)`: one factor per output of the fused projection."""
    run_properties(
        answer,
        [_ones_change_nothing, _scales_keys_and_values, _any_number_of_heads, _can_be_trained],
    )


def _scale() -> Tensor:
    """A factor for every channel, queries included."""
    return torch.linspace(0.5, 2.0, 3 * _D_MODEL)


def _parts(l: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return l[_by_loop(0)], l[_by_loop(1)], l[_by_loop(2)]


def _queries_are_one(fold_queries: Callable) -> None:
    """the result leaves the queries alone"""
    found = fold_queries(_scale(), _HEADS)
    expect_close(
        found[_by_loop(0)], torch.ones(_D_MODEL), "the queries' factors",
        "set the queries' factors to 1: channels [head, 0, :] of (n_heads, 3, d_head)",
    )  # fmt: skip


def _same_scores_and_values(fold_queries: Callable) -> None:
    """the products of queries and keys, and the values, are what they were"""
    l = _scale()
    l_q, l_k, l_v = _parts(l)
    expect_close(
        fold_queries(l, _HEADS), _place({1: l_q * l_k, 2: l_v}), "the folded vector",
        "a score holds the product l_q l_k of the same head and channel", as_scale=True,
        known={
            "l_q was dropped: it must move into the keys": _place({1: l_k, 2: l_v}),
            "l_q was moved into the values: it acts on the scores": _place({1: l_k, 2: l_q * l_v}),
            "l_q and l_k were added; a score holds their product": _place({1: l_q + l_k, 2: l_v}),
            "l_q went to another head: query and key of the same head meet":
                _place({1: l_q.roll(_D_HEAD) * l_k, 2: l_v}),
        },
    )  # fmt: skip


def _leaves_input_alone(fold_queries: Callable) -> None:
    """the vector that is handed in stays as it is"""
    l = _scale()
    fold_queries(l, _HEADS)
    expect_close(l, _scale(), "the vector handed in", "work on a copy: clone() before you write")


def fold_queries(answer: Callable) -> None:
    """Check `fold_queries(l, n_heads)`: the same function with the queries' factors at 1."""
    run_properties(answer, [_queries_are_one, _same_scores_and_values, _leaves_input_alone])
