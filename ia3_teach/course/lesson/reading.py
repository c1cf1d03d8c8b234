"""Reading learned vectors: how far entries moved, where, and what is lost when some are put back to 1.

Throughout, `values` is what `ia3_teach.vectors` returns, {"l_k": (n_layers, d), ...}. The entries of all
vectors together are numbered in the order of the dict, row by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ia3_teach.wording import short

Values = dict[str, Tensor]


def flat(values: Mapping[str, Tensor]) -> Tensor:
    """All entries in one vector, shape (n,).

    >>> flat({"l_k": torch.ones(2, 3), "l_ff": torch.ones(2, 4)}).shape
    torch.Size([14])
    """
    return torch.cat([matrix.flatten() for matrix in values.values()])


def departure(l: Tensor) -> Tensor:
    """|log2 l|, the distance from 1 that takes ½ and 2 alike; infinite where l <= 0. Any shape.

    >>> departure(torch.tensor([0.5, 1.0, 2.0, -1.0])).tolist()
    [1.0, 0.0, 1.0, inf]
    """
    return torch.where(l > 0, l, 0).log2().abs()


def by_departure(values: Mapping[str, Tensor]) -> Tensor:
    """The numbers of all entries, the farthest from 1 first.

    >>> by_departure({"l_k": torch.tensor([[1.0, 0.25, 2.0]])}).tolist()
    [1, 2, 0]
    """
    return departure(flat(values)).argsort(descending=True, stable=True)


def reset(values: Mapping[str, Tensor], chosen: Tensor) -> Values:
    """A copy of the values with the entries of these numbers put back to 1.

    >>> reset({"l_k": torch.tensor([[3.0, 4.0]])}, torch.tensor([1]))
    {'l_k': tensor([[3., 1.]])}
    """
    entries = flat(values)
    entries[chosen] = 1.0
    parts = entries.split([matrix.numel() for matrix in values.values()])
    return {name: part.view_as(values[name]) for name, part in zip(values, parts, strict=True)}


def only(values: Mapping[str, Tensor], kinds: Sequence[str]) -> Values:
    """A copy of the values with every kind but these put back to 1. Raises ValueError for an unknown kind.

    >>> only({"l_k": torch.tensor([[3.0]]), "l_v": torch.tensor([[4.0]])}, ["l_v"])
    {'l_k': tensor([[1.]]), 'l_v': tensor([[4.]])}
    """
    unknown = set(kinds) - set(values)
    if unknown:
        raise ValueError(
            f"there are no vectors called {short(sorted(unknown))}; these are: {short(', '.join(values))}"
        )
    return {name: l.clone() if name in kinds else torch.ones_like(l) for name, l in values.items()}


def share_of_departure(l: Tensor) -> Tensor:
    """Entry i: which share of the sum of (l - 1)^2 the i + 1 farthest entries hold; shape (n,), rising to 1.

    >>> share_of_departure(torch.tensor([1.0, 4.0, 2.0])).tolist()
    [0.8999999761581421, 1.0, 1.0]
    """
    squares = (l.flatten() - 1).square().sort(descending=True).values
    return squares.cumsum(0) / squares.sum()


def layer_profile(l: Tensor) -> Tensor:
    """Root mean square of l - 1 per layer, (n_layers, d) or (n_layers, n_experts, d) -> (n_layers,).

    >>> layer_profile(torch.tensor([[2.0, 0.0], [1.0, 1.0]])).tolist()
    [1.0, 0.0]
    """
    return (l - 1).square().flatten(1).mean(dim=1).sqrt()
