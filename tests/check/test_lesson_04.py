"""The checks of lesson 04 accept the reference and name every known wrong answer."""

import torch
from torch import Tensor

from ia3_teach.check import lesson_04
from ia3_teach.check.mutants import assert_rejects

Pair = tuple[Tensor, Tensor]


def channels(n_heads: int, d_head: int) -> Tensor:
    """Channel numbers, shape (n_heads, 3, d_head)."""
    return torch.arange(n_heads * 3 * d_head).reshape(n_heads, 3, d_head)


def reference(n_heads: int, d_head: int) -> Pair:
    grid = channels(n_heads, d_head)
    return grid[:, 1].flatten(), grid[:, 2].flatten()


def thirds(n_heads: int, d_head: int) -> Pair:
    _, k, v = torch.arange(3 * n_heads * d_head).chunk(3)
    return k, v


def queries(n_heads: int, d_head: int) -> Pair:
    grid = channels(n_heads, d_head)
    return grid[:, 0].flatten(), grid[:, 2].flatten()


def test_kv_channels_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_04.kv_channels,
        reference,
        {
            "thirds instead of heads": (thirds, "thirds instead of heads"),
            "queries for keys": (queries, "these are the queries"),
            "k and v swapped": (lambda h, d: reference(h, d)[::-1], "are swapped"),
            "first head only": (lambda h, d: [c[:d] for c in reference(h, d)], "count all heads"),
            "only the keys": (lambda h, d: reference(h, d)[0], "return both"),
        },
    )


def fused(l_k: Tensor, l_v: Tensor, n_heads: int, l_q: Tensor | None = None) -> Tensor:
    l_q = torch.ones_like(l_k) if l_q is None else l_q
    return torch.stack([part.reshape(n_heads, -1) for part in (l_q, l_k, l_v)], dim=1).flatten()


def test_fused_scale_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_04.fused_scale,
        fused,
        {
            "thirds instead of heads": (
                lambda k, v, h: torch.cat([torch.ones_like(k), k, v]), "thirds instead of heads",
            ),
            "queries scaled": (lambda k, v, h: fused(k, v, h, l_q=k), "queries are scaled too"),
            "k and v swapped": (lambda k, v, h: fused(v, k, h), "are swapped"),
            "queries zero": (lambda k, v, h: fused(k, v, h, l_q=0 * k), "not 0"),
        },
    )  # fmt: skip
