"""Check of a concentration: the share of all squared movement that the farthest carry (exercise 13.1)."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise


def _share(l: Tensor, k: int, size: Callable[[float], float] = lambda l: (l - 1) ** 2) -> float:
    """The k largest sizes over all of them, by a plain sort."""
    sizes = sorted((size(entry) for entry in l.flatten().tolist()), reverse=True)
    return sum(sizes[:k]) / sum(sizes)


def _amplified_alone(l: Tensor, k: int) -> float:
    entries = sorted(l.flatten().tolist(), reverse=True)
    return sum((entry - 1) ** 2 for entry in entries[:k]) / sum((entry - 1) ** 2 for entry in entries)


def _by_row(l: Tensor, k: int) -> float:
    squares = (l - 1) ** 2
    return (squares.topk(min(k, l.shape[1]), dim=1).values.sum() / squares.sum()).item()


def _mean_over_rows(l: Tensor, k: int) -> float:
    return sum(_share(row, k) for row in l) / len(l)


def _around_the_mean(l: Tensor, k: int) -> float:
    mean = l.mean().item()
    return _share(l, k, lambda entry: (entry - mean) ** 2)


def _ranked_by_powers(l: Tensor, k: int) -> float:
    """The squares are right, and their order is that of |log2 l|."""
    entries = sorted(l.flatten().tolist(), key=lambda entry: -abs(math.log2(entry)))
    return sum((entry - 1) ** 2 for entry in entries[:k]) / sum((entry - 1) ** 2 for entry in entries)


KNOWN = {
    "the sizes were added up, not their squares": lambda l, k: _share(l, k, lambda entry: abs(entry - 1)),
    "that is the share of l squared: an entry that never moved is 1, and its movement is 0":
        lambda l, k: _share(l, k, lambda entry: entry**2),
    "that is the share of l itself: an entry that never moved is 1, and its movement is 0":
        lambda l, k: _share(l, k, lambda entry: entry),
    "measured from the mean of l: the movement began at 1": _around_the_mean,
    "log2 l was squared: here the movement is l - 1, as negative entries have no logarithm":
        lambda l, k: _share(l, k, lambda entry: torch.tensor(entry).log2().item() ** 2),
    "ranked by |log2 l|: here the farthest are those with the largest (l - 1) squared": _ranked_by_powers,
    "the largest l were taken: entries below 1 have moved as well": _amplified_alone,
    "the nearest were added up: sort in descending order": lambda l, k: 1 - _share(l, l.numel() - k),
    "that is what the others carry: 1 minus the share": lambda l, k: 1 - _share(l, k),
    "k entries of each row were taken: rank all of them together": _by_row,
    "the share was taken row by row, then the mean: rank all entries together": _mean_over_rows,
    "one entry too few": lambda l, k: _share(l, k - 1),
    "one entry too many": lambda l, k: _share(l, k + 1),
    "this is the sum of their squares: divide by that of all entries":
        lambda l, k: _share(l, k) * ((l - 1) ** 2).sum().item(),
    "divided by the number of entries, and not by the sum of all squares":
        lambda l, k: _share(l, k) * ((l - 1) ** 2).mean().item(),
    "in percent: a share lies between 0 and 1": lambda l, k: 100 * _share(l, k),
    "this is the share of the entries, k of all; asked is what they carry": lambda l, k: k / l.numel(),
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(rows: int, columns: int, k: int, signed: bool = False) -> dict:
        """In float64, as a number is compared more narrowly than float32 adds up."""
        entries = (draw.signed if signed else draw.factors)(rows * columns, torch.float64)
        return case(entries.view(rows, columns), k)

    return {
        "three rows of four": one(3, 4, 3), "more rows than columns": one(5, 2, 4),
        "two rows of nine": one(2, 9, 5), "the farthest alone": one(4, 3, 1), "all entries": one(2, 4, 8),
        "one row": one(1, 7, 2), "negative entries and a zero": one(3, 5, 4, signed=True),
        "entries equally far": case(torch.tensor([[2.0, 0.0, 1.5], [2.0, 1.25, 0.0]]).double(), 2),
    }  # fmt: skip


ALL = tuple(_cases(0))
top_share = Exercise(
    "lesson_13.top_share", "top_share", _cases, call_each,
    (
        values("the farthest from 1 carry their squares, up or down", ALL[:3], _share, "top_share(l, k)",
               "square l - 1, sort, add up the first k, and divide by all", KNOWN),
        values("any number of rows and columns, any k, any sign", ALL[3:], _share, "top_share(l, k)",
               "rank the entries of all rows together by (l - 1) squared", KNOWN),
        untouched(ALL, {0: "l"}, "l was changed in place: -= and sub_ do that, l - 1 does not"),
    ),
)  # fmt: skip
