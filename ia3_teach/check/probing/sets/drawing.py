"""Random tensors for cases."""

from __future__ import annotations

import torch
from torch import Tensor

from ia3_teach.course.sets.variants import number


def normal(draw: torch.Generator, *shape: int) -> Tensor:
    """Standard normal entries."""
    return torch.randn(*shape, generator=draw)


def factors(draw: torch.Generator, size: int) -> Tensor:
    """A vector l with entries of both signs, one of them 0, and one near 1 where there are more than two."""
    l = 1 + normal(draw, size)
    place = number(draw, 0, size - 1)
    if size > 2:
        l[place - 1] = 1.002
    l[place] = 0.0
    return l
