"""Checks of lesson 04: which outputs of BLOOM's fused projection are keys, which are values.

The fused output of one token has n_heads * 3 * d_head channels in the order [head, 3, d_head]:
for each head its queries, then its keys, then its values.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_close, expect_equal, run_properties

_HEADS, _WIDTH = 4, 5  # neither a multiple of 3: thirds cut through a head
_D_MODEL = _HEADS * _WIDTH


def _by_loop(part: int, n_heads: int = _HEADS, d_head: int = _WIDTH) -> Tensor:
    """Channels of part 0 (q), 1 (k) or 2 (v), counted one by one."""
    channels = []
    channel = 0
    for _head in range(n_heads):
        for here in range(3):
            for _ in range(d_head):
                if here == part:
                    channels.append(channel)
                channel += 1
    return torch.tensor(channels)


def _thirds(part: int) -> Tensor:
    return torch.arange(part * _D_MODEL, (part + 1) * _D_MODEL)


def _returns_a_pair(kv_channels: Callable) -> None:
    """the result is a pair (k_channels, v_channels) of n_heads * d_head indices each"""
    pair = kv_channels(_HEADS, _WIDTH)
    expect(
        isinstance(pair, tuple | list) and len(pair) == 2,
        "a pair (k_channels, v_channels)",
        type(pair).__name__,
        "return both, separated by a comma",
    )
    for name, found in zip(("k_channels", "v_channels"), pair, strict=True):
        expect_equal(
            len(found), _D_MODEL, f"len({name})", "each head has d_head of them: count all heads"
        )


def _finds_channels(kv_channels: Callable) -> None:
    """keys and values are found inside each head"""
    k, v = (torch.as_tensor(found) for found in kv_channels(_HEADS, _WIDTH))
    q_loop, k_loop, v_loop = (_by_loop(part) for part in range(3))
    for name, found, target, swapped in (("k", k, k_loop, v_loop), ("v", v, v_loop, k_loop)):
        expect_close(
            found, target, f"{name}_channels", "write the first six channels of head 0 by hand",
            known={
                "thirds instead of heads: BLOOM's order is [head, 3, d_head], not [3, head, d_head]":
                    _thirds(1 if name == "k" else 2),
                "keys and values are swapped: the order in a head is q, k, v": swapped,
                "these are the queries: the order in a head is q, k, v": q_loop,
            },
        )  # fmt: skip


def _one_head(kv_channels: Callable) -> None:
    """with a single head the thirds are right"""
    k, v = (torch.as_tensor(found) for found in kv_channels(1, 3))
    expect_close(k, torch.tensor([3, 4, 5]), "k_channels of one head", "use n_heads and d_head")
    expect_close(v, torch.tensor([6, 7, 8]), "v_channels of one head", "use n_heads and d_head")


def kv_channels(answer: Callable) -> None:
    """Check `kv_channels(n_heads, d_head) -> (k_channels, v_channels)`."""
    run_properties(answer, [_returns_a_pair, _finds_channels, _one_head])


def _place(parts: dict[int, Tensor], channels: Callable[[int], Tensor]) -> Tensor:
    """A vector of ones with each part's values put on its channels."""
    fused = torch.ones(3 * _D_MODEL)
    for part, values in parts.items():
        fused[channels(part)] = values
    return fused


def _ones_change_nothing(fused_scale: Callable) -> None:
    """vectors of ones give 3 * n_heads * d_head ones"""
    ones = torch.ones(_D_MODEL)
    expect_close(
        fused_scale(ones, ones, _HEADS), torch.ones(3 * _D_MODEL), "the fused vector of ones",
        "queries are not scaled by (IA)^3: their factor is 1, not 0", as_scale=True,
    )  # fmt: skip


def _scales_keys_and_values(fused_scale: Callable) -> None:
    """l_k scales the keys, l_v the values, and the queries keep the factor 1"""
    l_k, l_v = torch.linspace(1.5, 2.0, _D_MODEL), torch.linspace(0.5, 0.8, _D_MODEL)
    kv = {1: l_k, 2: l_v}
    expect_close(
        fused_scale(l_k, l_v, _HEADS), _place(kv, _by_loop), "the fused vector",
        "print it as (n_heads, 3, d_head) and compare with l_k and l_v", as_scale=True,
        known={
            "thirds instead of heads: BLOOM's order is [head, 3, d_head], not [3, head, d_head]":
                _place(kv, _thirds),
            "the queries are scaled too: their factor must stay 1": _place({0: l_k, **kv}, _by_loop),
            "the queries are scaled in place of the keys": _place({0: l_k, 2: l_v}, _by_loop),
            "keys and values are swapped": _place({1: l_v, 2: l_k}, _by_loop),
        },
    )  # fmt: skip


def fused_scale(answer: Callable) -> None:
    """Check `fused_scale(l_k, l_v, n_heads)`: one factor per output of the fused projection."""
    run_properties(answer, [_ones_change_nothing, _scales_keys_and_values])
