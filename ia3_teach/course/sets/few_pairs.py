"""Examples of a layer with a vector that nobody shows: a few to train on, more to judge by."""

from typing import NamedTuple

import torch
from torch import Tensor

from ia3_teach.course.sets.variants import generator, number, seed_of


class Examples(NamedTuple):
    """A Linear's weight (d_out, d_in) and bias (d_out,), and pairs x (N, d_in), z (N, d_out); all float64."""

    weight: Tensor
    bias: Tensor
    x: Tensor
    z: Tensor


def own_examples(name: str, problem_set: str = "ps3") -> Examples:
    """This learner's layer and split. Raises ValueError without a name.

    >>> own_examples("Ada").x.shape[0]
    24
    """
    return examples(seed_of(name, problem_set))


def examples(seed: int) -> Examples:
    """24 examples of z = l ⊙ (W x + b) with a little noise, for an l between ½ and 2 drawn from the seed."""
    draw = generator(seed)
    d_out, d_in = number(draw, 4, 7), number(draw, 3, 6)
    normal = {"generator": draw, "dtype": torch.float64}
    weight, bias = torch.randn(d_out, d_in, **normal), 1 + torch.randn(d_out, **normal)
    l, x = torch.exp2(2 * torch.rand(d_out, **normal) - 1), torch.randn(24, d_in, **normal)
    z = l * (x @ weight.T + bias) + 0.01 * torch.randn(24, d_out, **normal)
    return Examples(weight, bias, x, z)
