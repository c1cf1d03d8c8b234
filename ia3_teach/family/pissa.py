r"""PiSSA: LoRA that begins with the largest singular directions of W, and freezes the rest.

y = (W - B_0 A_0) x + b + B A x with B_0 A_0 = U_r S_r V_r^T, B_0 = U_r sqrt(S_r), A_0 = sqrt(S_r) V_r^T.
Shapes: A (r, d_in), B (d_out, r). Count: r (d_in + d_out) per layer. Merged: W + B A - B_0 A_0.
Start: A = A_0 and B = B_0, the unchanged model.
Source: Meng et al. 2024, "PiSSA", section 3. The official code and PEFT put W - B_0 A_0 into the model
itself, rounded; here W stays as it was, A_0 and B_0 are kept and saved with the adapter, and alpha / r is 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ia3_teach.family.pairs import LowRank, Pair
from ia3_teach.wording import short


@dataclass(frozen=True)
class PiSSA(LowRank):
    """The recipe; alpha has no part in it.

    >>> PiSSA(r=2).size(d_in=4, d_out=3)
    14
    """

    def adapter(self, layer: nn.Module) -> Principal:
        """A and B of one layer."""
        return Principal(layer, self.r)


class Principal(Pair):
    """Δ = B A - B_0 A_0. Raises ValueError for a rank that the weight cannot have."""

    def __init__(self, layer: nn.Module, r: int) -> None:
        most = min(layer.weight.shape)
        if r > most:
            raise ValueError(
                f"a weight of {short(tuple(layer.weight.shape))} has {short(most)} directions at "
                f"most; found r={short(r)}"
            )
        super().__init__(layer, r)
        self.register_buffer("A_0", self.A.detach().clone())
        self.register_buffer("B_0", self.B.detach().clone())

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """The unchanged model."""
        if self.A.is_meta:
            return
        W = self.W
        if not W.isfinite().all():  # memory that nothing was loaded into yet
            W = torch.zeros_like(W)
        U, S, V = torch.linalg.svd(W, full_matrices=False)
        r = len(self.A)
        self.A.copy_(S[:r].sqrt()[:, None] * V[:r])
        self.B.copy_(U[:, :r] * S[:r].sqrt())
        if hasattr(self, "A_0"):  # a model that was given memory
            self.A_0.copy_(self.A)
            self.B_0.copy_(self.B)

    def delta(self) -> Tensor:
        """B A - B_0 A_0."""
        return self.B @ self.A - self.B_0 @ self.A_0

    def change(self, x: Tensor) -> Tensor:
        """The same on x, in low rank."""
        return x @ self.A.T @ self.B.T - x @ self.A_0.T @ self.B_0.T
