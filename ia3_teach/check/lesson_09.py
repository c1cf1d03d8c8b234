"""Checks of lesson 09: ranking entries by how far they moved, an ablation with its control, a mixture."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.ablating import ablate as ablate
from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.mixing import mix as mix
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise


def _ranking(l: Tensor, k: int, key: Callable[[float], float] = lambda l: abs(math.log2(l))) -> Tensor:
    """(layer, channel) of the k entries with the largest key, by a plain sort."""
    places = [(key(l[i, j].item()), i, j) for i in range(len(l)) for j in range(l.shape[1])]
    return torch.tensor([[i, j] for _, i, j in sorted(places, key=lambda place: -place[0])][:k])


def _flat(l: Tensor, k: int) -> Tensor:
    """Places in the flattened matrix."""
    return _ranking(l, k) @ torch.tensor([l.shape[1], 1])


def _split_by_height(l: Tensor, k: int) -> Tensor:
    flat = _flat(l, k)
    return torch.stack([flat // len(l), flat % len(l)], dim=1)


KNOWN = {
    "sorted by l itself, or by log2 l: an entry of 1/8 moved farther than one of 3":
        lambda l, k: _ranking(l, k, lambda l: l),
    "sorted by |l - 1|: 1/8 and 8 are equally far, but |1/8 - 1| is less than 1":
        lambda l, k: _ranking(l, k, lambda l: abs(l - 1)),
    "the smallest l come first: amplification counts as much as inhibition":
        lambda l, k: _ranking(l, k, lambda l: -l),
    "the nearest to 1 come first: sort in descending order":
        lambda l, k: _ranking(l, k, lambda l: -abs(math.log2(l))),
    "the right entries, the farthest last": lambda l, k: _ranking(l, k).flip(0),
    "the right entries, in the order of their places: the farthest comes first":
        lambda l, k: torch.tensor(sorted(_ranking(l, k).tolist())),
    "one entry from each layer: rank all layers together":
        lambda l, k: torch.stack([torch.arange(len(l)), l.log2().abs().argmax(1)], 1)[:k],
    "one entry from every layer: rank all layers together":
        lambda l, k: torch.stack([torch.arange(len(l)), l.log2().abs().argmax(1)], 1),
    "layers and channels are counted from 0 here, not from 1": lambda l, k: _ranking(l, k) + 1,
    "channel and layer are swapped: the layer comes first": lambda l, k: _ranking(l, k).flip(1),
    "the shape is (2, k): one row (layer, channel) for each of the k entries": lambda l, k: _ranking(l, k).T,
    "a position in the flattened matrix is d times the layer plus the channel: d is the number of channels":
        _split_by_height,
    "the layer is a whole number: divide the position by d with //, not with /":
        lambda l, k: torch.stack([(_flat(l, k) / l.shape[1]), _flat(l, k) % l.shape[1]], dim=1),
    "these are positions in the flattened matrix: turn them into layer and channel":
        lambda l, k: _flat(l, k),
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)
    return {
        "three layers of four": case(draw.factors(12).view(3, 4), 3),
        "more layers than channels": case(draw.factors(10).view(5, 2), 4),
        "two layers of seven": case(draw.factors(14).view(2, 7), 5),
        "the farthest alone": case(draw.factors(12).view(4, 3), 1),
        "all entries": case(draw.factors(8).view(2, 4), 8),
        "one layer": case(draw.factors(6).view(1, 6), 2),
        "float64": case(draw.factors(12, torch.float64).view(3, 4), 4),
    }


ALL = tuple(_cases(0))
most_moved = Exercise(
    "lesson_09.most_moved", "most_moved", _cases, call_each,
    (
        values("the entries farthest from 1 come first, half and double alike", ALL[:3], _ranking,
               "most_moved(l, k)", "write down |log2 l| of every entry and sort by hand", KNOWN),
        values("any number of layers and channels, any k", ALL[3:], _ranking, "most_moved(l, k)",
               "one row (layer, channel) for each of the k entries", KNOWN),
        untouched(ALL, {0: "l"}, "l was changed in place: log2_ and abs_ do that, log2 and abs do not"),
    ),
)  # fmt: skip
