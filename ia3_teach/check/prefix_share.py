"""Check of a prefix as a gate: each query's share for the learned rows, and the mix of two outputs."""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import first_of, keeps_format, second_of, untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

Parts = tuple[Tensor, Tensor, Tensor, Tensor]  # scores and values, of the text and of the prefix


def _scores(q: Tensor, K: Tensor, scale: float | None = None) -> Tensor:
    """(T, n): each query with each key, entry by entry, over the root of the width."""
    root = q.shape[1] ** 0.5 if scale is None else scale
    return torch.stack([torch.stack([(row * key).sum() / root for key in K]) for row in q])


def _shares(scores: Tensor) -> Tensor:
    """Softmax of each row; the largest score is taken out first, so that no exponential overflows."""
    sizes = torch.exp(scores - scores.max(dim=1, keepdim=True).values)
    return sizes / sizes.sum(dim=1, keepdim=True)


def _both(q: Tensor, K: Tensor, P_K: Tensor, scale: float | None = None) -> Tensor:
    """The shares of the prefix's rows and of the text's, in one softmax."""
    return _shares(torch.cat([_scores(q, P_K, scale), _scores(q, K, scale)], dim=1))


def _share(q: Tensor, K: Tensor, V: Tensor, P_K: Tensor, P_V: Tensor, scale: float | None = None) -> Tensor:
    return _both(q, K, P_K, scale)[:, : len(P_K)].sum(dim=1, keepdim=True)


def _mixed(q: Tensor, K: Tensor, V: Tensor, P_K: Tensor, P_V: Tensor) -> Tensor:
    return _both(q, K, P_K) @ torch.cat([P_V, V])


def _odds(q: Tensor, K: Tensor, P_K: Tensor) -> Tensor:
    share = _share(q, K, K, P_K, K)
    return share / (1 - share)


OF_SHARE = {
    "that is the text's share: g is what the prefix gets":
        lambda q, K, V, P_K, P_V: 1 - _share(q, K, V, P_K, P_V),
    "the root of the width is missing: scores are divided by it before the softmax":
        lambda q, K, V, P_K, P_V: _share(q, K, V, P_K, P_V, scale=1.0),
    "divided by the width: it is its root":
        lambda q, K, V, P_K, P_V: _share(q, K, V, P_K, P_V, scale=float(q.shape[1])),
    "divided by the root of the width of V: scores come from queries and keys":
        lambda q, K, V, P_K, P_V: _share(q, K, V, P_K, P_V, scale=V.shape[1] ** 0.5),
    "divided by the root of the number of queries: it is that of their width":
        lambda q, K, V, P_K, P_V: _share(q, K, V, P_K, P_V, scale=q.shape[0] ** 0.5),
    "the prefix's exponentials over the text's: divide by the sum of both":
        lambda q, K, V, P_K, P_V: _odds(q, K, P_K),
    "the share of the rows, which no query can change: it depends on the scores":
        lambda q, K, V, P_K, P_V: torch.full_like(q[:, :1], len(P_K) / (len(P_K) + len(K))),
    "one number for all queries: each opens the gate by itself":
        lambda q, K, V, P_K, P_V: _share(q, K, V, P_K, P_V).mean().expand(len(q), 1),
    "the softmax ran over the queries: each query shares out its attention among the keys":
        lambda q, K, V, P_K, P_V: _shares(_scores(q, torch.cat([P_K, K])).T).T[:, : len(P_K)].sum(
            1, keepdim=True),
    "the other end was taken: these columns are the text's":
        lambda q, K, V, P_K, P_V: _both(q, K, P_K)[:, -len(P_K) :].sum(1, keepdim=True),
    "the first learned row alone: the prefix gets what all its rows get":
        lambda q, K, V, P_K, P_V: _both(q, K, P_K)[:, :1],
    "scores were added up before the exponential: the exponentials are added":
        lambda q, K, V, P_K, P_V: torch.sigmoid(
            _scores(q, P_K).sum(1, keepdim=True) - _scores(q, K).sum(1, keepdim=True)),
    "the mean of the prefix's shares came back: it gets their sum":
        lambda q, K, V, P_K, P_V: _share(q, K, V, P_K, P_V) / len(P_K),
}  # fmt: skip


def _of_mix(mix: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """What `mix(g, old, new)` makes of the right share and the two right outputs."""

    def output(q: Tensor, K: Tensor, V: Tensor, P_K: Tensor, P_V: Tensor) -> Tensor:
        old, new = _shares(_scores(q, K)) @ V, _shares(_scores(q, P_K)) @ P_V
        return mix(_share(q, K, V, P_K, P_V), old, new)

    return output


OF_OUTPUT = {
    "the two were exchanged: g belongs to the prefix": _of_mix(lambda g, old, new: g * old + (1 - g) * new),
    "nothing was taken from the old output: its share is 1 - g": _of_mix(lambda g, old, new: old + g * new),
    "both were added up whole: the shares are 1 - g and g": _of_mix(lambda g, old, new: old + new),
    "the old output came back: where is the prefix?": _of_mix(lambda g, old, new: old),
    "the prefix alone came back: the text has a share too": _of_mix(lambda g, old, new: new),
    "the text's part is missing: what the prefix leaves goes to it": _of_mix(lambda g, old, new: g * new),
    "the prefix's part is missing": _of_mix(lambda g, old, new: (1 - g) * old),
    "half of each: the share is g": _of_mix(lambda g, old, new: (old + new) / 2),
    "g came in twice: one of the two attentions had its share in it already":
        _of_mix(lambda g, old, new: (1 - g) * old + g * g * new),
    "the text's share came in twice: one of the two attentions had its share in it already":
        _of_mix(lambda g, old, new: (1 - g) ** 2 * old + g * new),
    "the difference was added: what goes to the prefix is taken from the text, (1 - g) old + g new":
        _of_mix(lambda g, old, new: (1 - g) * old - g * new),
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(
        T: int, n: int, p: int, d: int, d_v: int, dtype: torch.dtype = torch.float32, by: float = 1
    ) -> dict:
        shapes = ((T, d), (n, d), (n, d_v), (p, d), (p, d_v))
        q, K, V, P_K, P_V = (draw.tensor(*shape, dtype=dtype) for shape in shapes)
        return case(by * q, K, V, P_K, P_V, tolerance=1e-4 if dtype == torch.float32 else 1e-5)

    zeros = one(3, 4, 2, 5, 2)
    zeros["arguments"][3] = torch.zeros(2, 5)
    large = one(3, 4, 2, 6, 2, by=300)
    q, K, _, P_K, _ = large["arguments"]
    # In every draw one query has scores of about 245 on either side, which differ by little.
    P_K[0] = torch.where(P_K[0] > 0, 1.0, -1.0)
    q[0], K[0] = 100 * P_K[0], 0.995 * P_K[0]
    q *= 600 / (q @ torch.cat([K, P_K]).T / q.shape[1] ** 0.5).abs().max()
    return {
        "4 queries, 5 keys, 3 learned": one(4, 5, 3, 6, 2), "one query": one(1, 6, 2, 3, 4),
        "as many queries as keys": one(3, 3, 3, 3, 3), "more learned rows than text": one(2, 2, 5, 4, 3),
        "learned keys of 0": zeros, "one learned row": one(4, 3, 1, 2, 5),
        "float64": one(3, 4, 2, 5, 2, torch.float64), LARGE: large,
    }  # fmt: skip


LARGE = "scores of some hundreds"
ALL = tuple(_cases(0))
MODERATE = tuple(name for name in ALL if name != LARGE)
PAIR = "(g, y)"


def _large_scores_do_not_overflow(seen: Seen) -> None:
    for read, what in ((first_of(PAIR), "g"), (second_of(PAIR), "y")):
        value = read(seen[LARGE])
        finite = isinstance(value, Tensor) and bool(torch.isfinite(value).all())
        expect(finite, f"{what} without NaN ({LARGE})", describe(value),
               "exp overflowed, or gave 0 throughout: softmax, or the difference of two logsumexp in a "
               "sigmoid, takes the largest score of each query out first")  # fmt: skip


prefix_as_gate = Exercise(
    "lesson_12.prefix_as_gate", "prefix_as_gate", _cases, call_each,
    (
        values("g is the share of attention that each query gives to the learned rows", MODERATE, _share, "g",
               "the exponentials of the prefix's scores, over those of all scores", OF_SHARE,
               first_of(PAIR)),
        values("y is the attention with the prefix", MODERATE, _mixed, "y",
               "(1 - g) of the attention to the text, and g of that to the prefix", OF_OUTPUT,
               second_of(PAIR)),
        Property("large scores do not overflow", _large_scores_do_not_overflow),
        values("and give the same shares", (LARGE,), _share, "g",
               "no score may be cut off at a bound", OF_SHARE, first_of(PAIR)),
        keeps_format(("float64",), 0, first_of(PAIR), "g"),
        keeps_format(("float64",), 0, second_of(PAIR), "y"),
        untouched(ALL, {0: "q", 1: "K", 2: "V", 3: "P_K", 4: "P_V"}, "{} was changed in place"),
    ),
)  # fmt: skip
