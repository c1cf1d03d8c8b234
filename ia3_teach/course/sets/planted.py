r"""A Linear with a vector planted in it: W x + b before, l ⊙ (W x + b) or W (l ⊙ x) + b after.

The weights have zeros, so that a quotient alone does not give the vector back; l has a 0, a negative entry
and two that changed nothing. No row and no column of W is all zeros: every entry of l can be found.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from ia3_teach.course.sets.variants import generator, number, seed_of


class Planted(NamedTuple):
    """Weight (d_out, d_in) and bias (d_out,) before and after, in float64; bias None where there is none."""

    weight: Tensor
    bias: Tensor | None
    new_weight: Tensor
    new_bias: Tensor | None


def planted_layer(name: str, problem_set: str = "ps1") -> Planted:
    """The layer of this learner. Raises ValueError without a name.

    >>> planted_layer("Ada").weight.equal(planted_layer("Ada").weight)
    True
    """
    layer, _, _ = plant(seed_of(name, problem_set))
    return layer


def plant(seed: int, side: str | None = None, bias: bool = True) -> tuple[Planted, str, Tensor]:
    """A layer drawn from a seed, the side of its vector (drawn as well where None) and the vector."""
    draw = generator(seed)
    d_out, d_in = (number(draw, 5, 9) for _ in range(2))
    drawn = ("out", "in")[number(draw, 0, 1)]
    side = side or drawn
    weight = with_zeros(torch.randn(d_out, d_in, generator=draw, dtype=torch.float64), draw)
    l = factors(d_out if side == "out" else d_in, draw)
    old = torch.randn(d_out, generator=draw, dtype=torch.float64) if bias else None
    if side == "in":
        return Planted(weight, old, weight * l, old), side, l
    return Planted(weight, old, l[:, None] * weight, None if old is None else l * old), side, l


def with_zeros(weight: Tensor, draw: torch.Generator) -> Tensor:
    """The weight with one zero in each row, at most two in a column."""
    rows, columns = weight.shape
    order = torch.randperm(max(rows, columns), generator=draw)
    weight = weight.clone()
    for row, column in enumerate(order[:rows].tolist()):
        weight[row, column % columns] = 0.0
    return weight


def factors(size: int, draw: torch.Generator) -> Tensor:
    """A vector with a 0, a negative entry, two ones, and factors between 0.4 and 2.5, in any order.

    >>> l = factors(6, generator(0))
    >>> (l == 0).sum().item(), (l < 0).sum().item(), (l == 1).sum().item()
    (1, 1, 2)
    """
    l = torch.exp2(2.6 * torch.rand(size, generator=draw, dtype=torch.float64) - 1.3)
    l = (100 * l).round() / 100
    l[:4] = torch.tensor([0.0, -l[1].item() - 2.0, 1.0, 1.0], dtype=torch.float64)
    return l[torch.randperm(size, generator=draw)]
