"""Reading vectors against chance: a shuffle, a normal of the same size, and what heads and layers share.

`x` and `l` are matrices (n_layers, d). Channel c belongs to head c // d_head: heads lie one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.wording import short

Values = Mapping[str, Tensor]


@numbers()
def shuffled(x: Tensor, seed: int = 0) -> Tensor:
    """The entries of each row in random places of that row, each row in an order of its own; (n_layers, d).

    >>> shuffled(torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).sort(dim=1).values.tolist()
    [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    """
    generator = torch.Generator().manual_seed(seed)
    return x.gather(1, torch.rand(x.shape, generator=generator).argsort(dim=1))


@numbers(draws=1)
def by_chance(statistic: Callable[[Values], float], values: Values, draws: int = 20) -> list[float]:
    """What a statistic says of the same vectors with every row shuffled, once for each draw.

    `statistic` takes {"l_k": (n_layers, d), ...}, as `values` is, and returns a number.
    """
    turns = [
        {kind: shuffled(l, seed=len(values) * draw + place) for place, (kind, l) in enumerate(values.items())}
        for draw in range(draws)
    ]
    return [statistic(turn) for turn in turns]


@numbers(parts=1)
def normal_like(l: Tensor, parts: int | None = None, seed: int = 0) -> Tensor:
    """Normal numbers around 1 that moved as far as `l` did, by root mean square; (n_layers, d).

    As far as the whole of it; with `parts`, as far as it did in each of so many equal parts of each row.
    Raises ValueError where a row has no such parts.

    >>> made = normal_like(torch.tensor([[1.0, 1.0, 3.0, 5.0]]), parts=2)
    >>> made[0, :2].tolist()
    [1.0, 1.0]
    """
    noise = torch.randn(l.shape, generator=torch.Generator().manual_seed(seed))
    if parts is None:
        return 1 + noise * (l - 1).square().mean().sqrt()
    return 1 + (folded(noise, parts) * head_sizes(l, parts)[..., None]).view_as(l)


@numbers(n_heads=1)
def head_sizes(l: Tensor, n_heads: int) -> Tensor:
    """Root mean square of l - 1 in each head, (n_layers, d) -> (n_layers, n_heads).

    >>> head_sizes(torch.tensor([[1.0, 1.0, 3.0, -1.0]]), 2).tolist()
    [[0.0, 2.0]]
    """
    return (folded(l, n_heads) - 1).square().mean(dim=-1).sqrt()


@numbers(n_heads=1)
def share_between_heads(x: Tensor, n_heads: int) -> float:
    """The share of the variance around each layer's mean that lies between heads, from 0 to 1.

    >>> share_between_heads(torch.tensor([[1.0, 1.0, 3.0, 3.0], [1.0, 3.0, 1.0, 3.0]]), 2)
    0.5
    """
    around = x - x.mean(dim=1, keepdim=True)
    means = folded(around, n_heads).mean(dim=-1)
    return (x.shape[1] / n_heads * means.square().sum() / around.square().sum()).item()


def row_correlations(x: Tensor, y: Tensor) -> Tensor:
    """The correlation of each row of one matrix with the same row of the other, (n_rows, d) -> (n_rows,).

    >>> row_correlations(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 5.0]]))
    tensor([1.0000], dtype=torch.float64)
    """
    x, y = (part.double() - part.double().mean(dim=1, keepdim=True) for part in (x, y))
    return (x * y).sum(dim=1) / (x.norm(dim=1) * y.norm(dim=1))


def effective_rank(x: Tensor) -> float:
    """How many directions the rows spread over: exp of the entropy of the squared singular values' shares.

    Every row counts alike, whatever its length. Source: Roy and Vetterli 2007.

    >>> round(effective_rank(torch.tensor([[1.0, 0.0], [0.0, 5.0]])), 6)
    2.0
    """
    shares = torch.linalg.svdvals(torch.nn.functional.normalize(x.double(), dim=1)).square()
    shares = shares / shares.sum()
    return torch.special.entr(shares).sum().exp().item()


def folded(x: Tensor, parts: int) -> Tensor:
    """(n_layers, d) -> (n_layers, parts, d / parts). Raises ValueError where d is no multiple of them."""
    if parts < 1 or x.shape[1] % parts:
        raise ValueError(f"{short(x.shape[1])} channels are not {short(parts)} parts of one size")
    return x.view(len(x), parts, -1)
