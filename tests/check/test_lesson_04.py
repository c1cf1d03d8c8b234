"""The checks of lesson 04 accept the reference and name every known wrong answer."""

import torch
from torch import Tensor

from ia3_teach.check import lesson_04
from ia3_teach.check.mutants import assert_rejects


def fused(l_k: Tensor, l_v: Tensor, n_heads: int, l_q: Tensor | None = None) -> Tensor:
    l_q = torch.ones_like(l_k) if l_q is None else l_q
    return torch.stack([part.reshape(n_heads, -1) for part in (l_q, l_k, l_v)], dim=1).flatten()


def thirds(l_k: Tensor, l_v: Tensor, n_heads: int) -> Tensor:
    return torch.cat([torch.ones_like(l_k), l_k, l_v])


def interleaved(l_k: Tensor, l_v: Tensor, n_heads: int) -> Tensor:
    return torch.stack([torch.ones_like(l_k), l_k, l_v], dim=1).flatten()


def test_fused_scale_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_04.fused_scale,
        fused,
        {
            "thirds instead of heads": (thirds, "thirds instead of heads"),
            "interleaved": (interleaved, "alternate channel by channel"),
            "queries scaled": (lambda k, v, h: fused(k, v, h, l_q=k), "queries are scaled too"),
            "queries for keys": (lambda k, v, h: fused(1 + 0 * k, v, h, l_q=k), "in place of"),
            "k and v swapped": (lambda k, v, h: fused(v, k, h), "are swapped"),
            "heads and channels": (lambda k, v, h: fused(k, v, len(k) // h), "heads and the channels"),
            "queries zero": (lambda k, v, h: fused(k, v, h, l_q=0 * k), "not 0"),
            "always four heads": (lambda k, v, h: fused(k, v, 4), "take the number of heads"),
            "detached": (lambda k, v, h: fused(k, v, h).detach(), "could not change l"),
        },
    )


def folded(l: Tensor, n_heads: int) -> Tensor:
    q, k, v = l.view(n_heads, 3, -1).unbind(dim=1)
    return fused(q * k, v, n_heads)


def moved(l: Tensor, n_heads: int, how: str) -> Tensor:
    q, k, v = l.view(n_heads, 3, -1).unbind(dim=1)
    wrong = {
        "dropped": (k, v),
        "into values": (k, q * v),
        "added": (q + k, v),
        "another head": (q.roll(1, dims=0) * k, v),
    }
    return fused(*wrong[how], n_heads)


def read_in_thirds(l: Tensor, n_heads: int) -> Tensor:
    q, k, v = l.chunk(3)
    return fused(q * k, v, n_heads)


def laid(l: Tensor, n_heads: int, dim: int) -> Tensor:
    q, k, v = l.view(n_heads, 3, -1).unbind(dim=1)
    return torch.stack([torch.ones_like(q), q * k, v], dim=dim).flatten()


def channels_for_heads(l: Tensor, n_heads: int) -> Tensor:
    return folded(l, len(l) // 3 // n_heads)


def in_place(l: Tensor, n_heads: int) -> Tensor:
    result = folded(l, n_heads)
    l.copy_(result)
    return result


def test_fold_queries_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_04.fold_queries,
        folded,
        {
            "queries kept": (lambda l, h: l.clone(), "nothing was folded"),
            "dropped": (lambda l, h: moved(l, h, "dropped"), "was dropped"),
            "into values": (lambda l, h: moved(l, h, "into values"), "into the values"),
            "added": (lambda l, h: moved(l, h, "added"), "were added"),
            "another head": (lambda l, h: moved(l, h, "another head"), "went to another head"),
            "laid in thirds": (lambda l, h: laid(l, h, dim=0), "laid in thirds"),
            "laid alternating": (lambda l, h: laid(l, h, dim=2), "q, k, v alternate"),
            "read in thirds": (read_in_thirds, "were read in thirds"),
            "channels for heads": (channels_for_heads, "view(n_heads, 3, -1), not"),
            "in place": (in_place, "work on a copy"),
        },
    )
