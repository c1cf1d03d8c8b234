r"""OFT: turn a layer's input, block of channels by block, which keeps every angle between its weights' rows.

y = W R x + b, R block-diagonal, each block R_i = (I - Q_i)^-1 (I + Q_i) with Q_i = -Q_i^T (Cayley).
Shapes: q (d_in / n, n (n - 1) / 2), the upper halves of the Q_i. Count: d_in (n - 1) / 2 per layer.
Merged: W R. Start: q = 0, the unchanged model. With n = 2 it turns pairs, as RoAd does on the other side.
Source: Qiu et al. 2023, "Controlling Text-to-Image Diffusion by Orthogonal Finetuning", section 3.3, with the
input side of Qiu et al. 2025, "Orthogonal Finetuning Made Scalable". PEFT: OFTConfig with
use_cayley_neumann=False is the same; by default it takes five terms of a series for the inverse instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.amounts import whole
from ia3_teach.family.method import Change, Method, new
from ia3_teach.layer import features
from ia3_teach.wording import short


@dataclass(frozen=True)
class OFT(Method):
    """The recipe: the size n of a `block`.

    >>> OFT(block=4).size(d_in=8, d_out=3)
    12
    """

    form = "rotate"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False
    block: int = 32

    def __post_init__(self) -> None:
        """Refuse a block of less than two channels."""
        super().__post_init__()
        whole("block", self.block, least=2)

    def adapter(self, layer: nn.Module) -> Turned:
        """q of one layer."""
        return Turned(layer, self.block)

    def size(self, d_in: int, d_out: int) -> int:
        """d_in (n - 1) / 2."""
        return d_in * (self.block - 1) // 2

    @classmethod
    def example(cls, model: nn.Module) -> OFT:
        """Blocks that a small model has."""
        return cls(block=4)


class Turned(Change):
    """Δ = W (R - I). Raises ValueError where the blocks do not divide the layer's inputs."""

    def __init__(self, layer: nn.Module, block: int) -> None:
        super().__init__(layer)
        d_in = features(layer)[0]
        if d_in % block:
            raise ValueError(
                f"blocks of {short(block)} do not divide the {short(d_in)} inputs of a layer; "
                "choose another size"
            )
        self.block, self.q = block, new(layer, d_in // block, block * (block - 1) // 2)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        nn.init.zeros_(self.q)

    def blocks(self) -> Tensor:
        """R_i, of shape (d_in / n, n, n)."""
        rows, columns = torch.triu_indices(self.block, self.block, 1, device=self.q.device)
        upper = self.q.new_zeros(len(self.q), self.block, self.block)
        upper = upper.index_put(
            (torch.arange(len(self.q), device=rows.device)[:, None], rows, columns), self.q
        )
        Q, one = upper - upper.mT, torch.eye(self.block, dtype=self.q.dtype, device=self.q.device)
        return torch.linalg.solve(one - Q, one + Q)

    def delta(self) -> Tensor:
        """W (R - I)."""
        return self.W @ torch.block_diag(*self.blocks()) - self.W

    def change(self, x: Tensor) -> Tensor:
        """W (R x - x)."""
        turned = torch.einsum("nij,...nj->...ni", self.blocks(), x.unflatten(-1, (-1, self.block)))
        return F.linear(turned.flatten(-2) - x, self.W)
