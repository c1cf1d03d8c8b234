"""Checks of lesson 04: which outputs of BLOOM's fused projection are keys, which are values.

The fused output of one token has n_heads * 3 * d_head channels in the order [head, 3, d_head]:
for each head its queries, then its keys, then its values.
"""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import ANY_SIGN, gradients, keeps_format, untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise

SIZES = {
    "4 heads of 5": (4, 5), "4 other heads of 5": (4, 5), "1 head of 2": (1, 2), "2 heads of 3": (2, 3),
    "3 heads of 1": (3, 1), "6 heads of 2": (6, 2),
}  # fmt: skip


def _channels(part: int, n_heads: int, d_head: int) -> list[int]:
    """Channels of part 0 (q), 1 (k) or 2 (v), counted one by one."""
    channels, channel = [], 0
    for _head in range(n_heads):
        for here in range(3):
            for _ in range(d_head):
                if here == part:
                    channels.append(channel)
                channel += 1
    return channels


def _thirds(part: int, n_heads: int, d_head: int) -> list[int]:
    width = n_heads * d_head
    return list(range(part * width, (part + 1) * width))


def _alternating(part: int, n_heads: int, d_head: int) -> list[int]:
    return [3 * channel + part for channel in range(n_heads * d_head)]


def _laid(parts: dict[int, Tensor], n_heads: int, order=_channels, ground: float = 1.0) -> Tensor:
    """A vector of ones with each part's values put on its channels, one by one."""
    width = len(next(iter(parts.values())))
    entries = [torch.tensor(ground, dtype=torch.float64)] * (3 * width)
    for part, values_of_part in parts.items():
        for channel, value in zip(order(part, n_heads, width // n_heads), values_of_part, strict=True):
            entries[channel] = value
    return torch.stack(entries)


def _fused(k: Tensor, v: Tensor, n: int) -> Tensor:
    return _laid({1: k, 2: v}, n)


LAYOUTS = {
    "thirds instead of heads: BLOOM's order is [head, 3, d_head], not [3, head, d_head]":
        lambda k, v, n: _laid({1: k, 2: v}, n, _thirds),
    "q, k, v alternate channel by channel: in a head, d_head queries come first":
        lambda k, v, n: _laid({1: k, 2: v}, n, _alternating),
    "the queries are scaled too: their factor must stay 1": lambda k, v, n: _laid({0: k, 1: k, 2: v}, n),
    "the queries are scaled in place of the keys": lambda k, v, n: _laid({0: k, 2: v}, n),
    "keys and values are swapped": lambda k, v, n: _laid({1: v, 2: k}, n),
    "the order in a head is query, key, value: keys, values, queries came":
        lambda k, v, n: _laid({0: k, 1: v}, n),
    "the queries' factor is 0: it silences them; what IA3 does not scale has the factor 1":
        lambda k, v, n: _laid({1: k, 2: v}, n, ground=0.0),
    "the keys are left at 1": lambda k, v, n: _laid({2: v}, n),
    "the values are left at 1": lambda k, v, n: _laid({1: k}, n),
    "heads and the channels of a head are exchanged: view(n_heads, -1), not view(-1, n_heads)":
        lambda k, v, n: torch.stack([torch.ones_like(k), k, v]).view(3, -1, n).transpose(0, 1).flatten(),
    "the three parts are right and still (n_heads, 3, d_head): flatten them":
        lambda k, v, n: _laid({1: k, 2: v}, n).view(n, 3, -1),
}  # fmt: skip


def _scale_cases(seed: int) -> Cases:
    draw = Draw(seed)
    cases = {
        name: case(draw.factors(heads * d), draw.factors(heads * d), heads, gradient=(0, 1))
        for name, (heads, d) in SIZES.items()
    }
    signed = case(draw.signed(6), draw.signed(6), 2)
    return {"vectors of ones": case(torch.ones(6), torch.ones(6), 3)} | cases | {"negative factors": signed}


ALL = tuple(_scale_cases(0))
fused_scale = Exercise(
    "lesson_04.fused_scale", "fused_scale", _scale_cases, call_each,
    (
        values("vectors of ones give ones", ALL[:1], _fused, "the fused vector of ones",
               "one factor for each channel of queries, keys and values, and here all of them are 1", {
                   "queries are not scaled by IA3: their factor is 1, not 0":
                       lambda k, v, n: _laid({1: k, 2: v}, n, ground=0.0)}),
        values("l_k scales the keys, l_v the values, and the queries keep the factor 1", ALL[1:3], _fused,
               "the fused vector", "print it as (n_heads, 3, d_head) and compare with l_k and l_v", LAYOUTS,
               as_scale=True),
        values("any number of heads, of any size", ALL[3:-1], _fused, "the fused vector",
               "take the number of heads from n_heads, and d_head from the length of l_k", LAYOUTS,
               as_scale=True),
        values("factors of any sign", ALL[-1:], _fused, "the fused vector", ANY_SIGN, LAYOUTS, as_scale=True),
        gradients(ALL[1:-1], ("l_k", "l_v"), _fused,
                  "the numbers were copied out (detach, tolist, torch.tensor): training could not change l"),
        untouched(ALL, {0: "l_k", 1: "l_v"}, "{} was changed in place: make a new tensor"),
    ),
)  # fmt: skip


def _parts(l: Tensor, n: int) -> list[Tensor]:
    return [l[_channels(part, n, len(l) // 3 // n)] for part in range(3)]


def _folded(l: Tensor, n: int) -> Tensor:
    q, k, v = _parts(l, n)
    return _laid({1: q * k, 2: v}, n)


def _folded_through(l: Tensor) -> Tensor:
    """The folded vector where the parts lie along axis 1 of three."""
    q, k, v = l.unbind(1)
    return torch.stack([torch.ones_like(q), q * k, v], 1).flatten()


def _wrong(make) -> object:
    """A known mistake that is told by the three parts."""
    return lambda l, n: _laid(make(*_parts(l, n), n), n)


FOLDS = {
    "l_q was dropped: it must move into the keys": _wrong(lambda q, k, v, n: {1: k, 2: v}),
    "l_q was moved into the values: it acts on the scores": _wrong(lambda q, k, v, n: {1: k, 2: q * v}),
    "l_q was moved into the values as well: it acts on the scores alone":
        _wrong(lambda q, k, v, n: {1: q * k, 2: q * v}),
    "l_q and l_k were added; a score holds their product": _wrong(lambda q, k, v, n: {1: q + k, 2: v}),
    "l_k was divided by l_q; a score holds the product": _wrong(lambda q, k, v, n: {1: k / q, 2: v}),
    "l_q went to another head: query and key of the same head meet":
        _wrong(lambda q, k, v, n: {1: q.roll(len(q) // n) * k, 2: v}),
    "every channel of a head got the head's mean: each has a factor of its own": _wrong(
        lambda q, k, v, n: {1: (q.view(n, -1).mean(1, keepdim=True) * k.view(n, -1)).flatten(), 2: v}),
    "the keys are gone: only l_q is left on them": _wrong(lambda q, k, v, n: {1: q, 2: v}),
    "the values were set to 1": _wrong(lambda q, k, v, n: {1: q * k}),
    "the queries keep their factors, which count twice now": _wrong(lambda q, k, v, n: {0: q, 1: q * k, 2:
        v}),
    "nothing was folded": lambda l, n: l,
    "the queries' factor is 0: then every score is 0; leave them at 1": lambda l, n: _laid(
        {1: _parts(l, n)[0] * _parts(l, n)[1], 2: _parts(l, n)[2]}, n, ground=0.0),
    "thirds instead of heads: BLOOM's order is [head, 3, d_head], not [3, head, d_head]": lambda l, n:
        torch.cat(
        [torch.ones(len(l) // 3), l.chunk(3)[0] * l.chunk(3)[1], l.chunk(3)[2]]),
    "the parts are right, but laid in thirds, where they meet another head: stack them with dim=1":
        lambda l, n: _laid({1: _parts(l, n)[0] * _parts(l, n)[1], 2: _parts(l, n)[2]}, n, _thirds),
    "the parts are right, but laid so that q, k, v alternate: in a head, d_head queries come first":
        lambda l, n: _laid({1: _parts(l, n)[0] * _parts(l, n)[1], 2: _parts(l, n)[2]}, n, _alternating),
    "the parts were read in thirds, which mix the heads: l.view(n_heads, 3, -1) has them":
        lambda l, n: _laid({1: l.chunk(3)[0] * l.chunk(3)[1], 2: l.chunk(3)[2]}, n),
    "heads and the channels of a head are exchanged: view(n_heads, 3, -1), not view(-1, 3, n_heads)":
        lambda l, n: _folded_through(l.view(-1, 3, n)),
}  # fmt: skip


def _fold_cases(seed: int) -> Cases:
    draw = Draw(seed)
    cases = {name: case(draw.factors(3 * heads * d), heads) for name, (heads, d) in SIZES.items()}
    exact = case(draw.factors(12, torch.float64), 2, tolerance=1e-12)
    return cases | {"negative factors and a zero": case(draw.signed(12), 2), "float64": exact}


FOLDED = tuple(_fold_cases(0))
fold_queries = Exercise(
    "lesson_04.fold_queries", "fold_queries", _fold_cases, call_each,
    (
        values("1 on the queries, the products of queries and keys on the keys, the values as they were",
               FOLDED[:2], _folded, "the folded vector",
               "a score holds the product l_q l_k of the same head and channel", FOLDS, as_scale=True),
        values("any number of heads, of any size", FOLDED[2:-2] + FOLDED[-1:], _folded, "the folded vector",
               "take the number of heads from n_heads", FOLDS, as_scale=True),
        values("factors of any sign", FOLDED[-2:-1], _folded, "the folded vector", ANY_SIGN, FOLDS,
               as_scale=True),
        keeps_format(FOLDED[-1:], 0, lambda value: value, "the folded vector"),
        untouched(FOLDED, {0: "the vector"}, "work on a copy: clone() before you write"),
    ),
)  # fmt: skip
