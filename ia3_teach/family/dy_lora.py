r"""DyLoRA: one LoRA that works at every rank up to r, as its first rows are trained to do without the others.

y = W x + b + (alpha / k) B[:, :k] A[:k] x, with k drawn from 1 ... r in every training pass, then k = `rank`.
Shapes: A (r, d_in), B (d_out, r). Count: r (d_in + d_out) per layer. Merged: W + (alpha / k) B[:, :k] A[:k].
Start: A Kaiming-uniform and B = 0, the unchanged model.
Source: Valipour et al. 2023, "DyLoRA", section 3. In the official code the rank is set from outside a layer,
and a second mode (frozen) trains row k alone; here each layer draws its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ia3_teach.amounts import whole
from ia3_teach.family.pairs import LowRank, Pair
from ia3_teach.wording import short


@dataclass(frozen=True)
class DyLoRA(LowRank):
    """The recipe: LoRA's, and the `rank` that is used after training; None means r.

    >>> DyLoRA(r=4).size(d_in=4, d_out=3)
    28
    """

    rank: int | None = None

    def __post_init__(self) -> None:
        """Refuse a rank above r."""
        super().__post_init__()
        if self.rank is not None:
            whole("rank", self.rank, least=1)
            if self.rank > self.r:
                raise ValueError(f"rank is at most r={short(self.r)}; found {short(self.rank)}")

    def adapter(self, layer: nn.Module) -> Nested:
        """A and B of one layer."""
        return Nested(layer, self.r, self.alpha, self.rank or self.r)


class Nested(Pair):
    """Δ = (alpha / k) B[:, :k] A[:k]."""

    def __init__(self, layer: nn.Module, r: int, alpha: float, rank: int) -> None:
        super().__init__(layer, r, alpha)
        self.rank = rank

    def cut(self, k: int) -> tuple[Tensor, Tensor]:
        """(A, (alpha / k) B) of rank k."""
        return self.A[:k], self.scaling / k * self.B[:, :k]

    def delta(self) -> Tensor:
        """At the rank that is used."""
        A, B = self.cut(self.rank)
        return B @ A

    def change(self, x: Tensor) -> Tensor:
        """The same on x; at a random rank while training."""
        k = int(torch.randint(1, len(self.A) + 1, ())) if self.training else self.rank
        A, B = self.cut(k)
        return x @ A.T @ B.T
