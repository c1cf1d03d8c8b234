"""A weight and a change of it to imitate: how near a small adapter comes is a number of one's own."""

import torch
from torch import Tensor

from ia3_teach.course.sets.variants import generator, number, seed_of


def own_change(name: str, problem_set: str = "ps5") -> tuple[Tensor, Tensor]:
    """This learner's weight W and the change l ⊙ W - W that a vector makes. Raises ValueError without a name.

    >>> weight, change = own_change("Ada")
    >>> weight.shape == change.shape
    True
    """
    return change(seed_of(name, problem_set))


def change(seed: int) -> tuple[Tensor, Tensor]:
    """Weight (d_out, d_in) with singular values that fall off, and its change by factors from ¼ to 4."""
    draw = generator(seed)
    d_out, d_in = number(draw, 8, 12), number(draw, 6, 8)
    weight = torch.randn(d_out, d_in, generator=draw, dtype=torch.float64)
    left, sizes, right = torch.linalg.svd(weight, full_matrices=False)
    weight = left * (sizes * 0.7 ** torch.arange(len(sizes))) @ right
    l = torch.exp2(4 * torch.rand(d_out, 1, generator=draw, dtype=torch.float64) - 2)
    return weight, l * weight - weight
