"""What a core changes in a weight, told by projections onto singular vectors, whatever signs a frame has."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

Case = dict[str, Any]


def largest(weight: Tensor, r: int) -> tuple[Tensor, Tensor, Tensor]:
    """The r largest singular values of a weight, with their vectors: (d_out, r), (r,), (r, d_in)."""
    left, sizes, right = torch.linalg.svd(weight.double(), full_matrices=False)
    return left[:, :r], sizes[:r], right[:r]


def change_of(case: Case, core: Tensor) -> Tensor:
    """α left R right, through projections, so that it does not matter which signs the frame has chosen."""
    u, sizes, v = largest(case["weight"], case["r"])
    return case["alpha"] * (u * sizes @ core.double() @ v)


def changes(case: Case, core: Tensor) -> list[Tensor]:
    """The changes that a core makes for every choice of signs: D R D with D of ±1."""
    r = case["r"]
    choices = torch.cartesian_prod(*[torch.tensor([1.0, -1.0])] * r).view(-1, r).double()
    return [change_of(case, d[:, None] * core.double() * d) for d in choices]


def near(found: Any, expected: Tensor, tolerance: float) -> bool:
    if not isinstance(found, Tensor) or found.shape != expected.shape:
        return False
    return torch.allclose(found.double(), expected.double(), rtol=tolerance, atol=tolerance)
