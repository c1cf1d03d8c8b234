r"""DoRA: the weight's length and its direction are learned apart, the direction by LoRA.

y = m ⊙ (W + s B A) / ‖W + s B A‖ x + b with s = alpha / r; the norm is that of each row, one per output.
Shapes: m (d_out,), A (r, d_in), B (d_out, r). Count: r (d_in + d_out) + d_out per layer. Merged: that weight.
Start: m = ‖W‖ and B = 0, the unchanged model.
Source: Liu et al. 2024, "DoRA", section 4.1 (equation 5), and 4.3: the norm counts as a constant in backward,
which saves memory; without that the gradient is another one. PEFT's use_dora does the same. The paper calls
them columns, since it writes W the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.family.method import Settings, new
from ia3_teach.family.pairs import LORA_NAMES, LowRank, Pair


@dataclass(frozen=True)
class DoRA(LowRank):
    """The recipe: LoRA's.

    >>> DoRA(r=2).size(d_in=4, d_out=3)
    17
    """

    tensor_names = LORA_NAMES | {"m": "lora_magnitude_vector"}
    peft_fields = ("use_dora",)

    def file_fields(self) -> Settings:
        """PEFT's."""
        return {"peft_type": "LORA", "use_dora": True, "r": self.r, "lora_alpha": self.alpha, "bias": "none"}

    @classmethod
    def from_peft(cls, config: Settings) -> Settings:
        """Rank and alpha; dropout has no part in it after training."""
        return {"r": config["r"], "alpha": config["lora_alpha"]}

    def adapter(self, layer: nn.Module) -> Decomposed:
        """m, A and B of one layer."""
        return Decomposed(layer, self.r, self.scaling)

    def size(self, d_in: int, d_out: int) -> int:
        """r (d_in + d_out) + d_out."""
        return super().size(d_in, d_out) + d_out


class Decomposed(Pair):
    """Δ = m ⊙ V / ‖V‖ - W with V = W + s B A."""

    def __init__(self, layer: nn.Module, r: int, scaling: float) -> None:
        super().__init__(layer, r, scaling)
        self.m = new(layer, len(self.B))
        self.reset_length()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        super().reset_parameters()
        if hasattr(self, "m"):
            self.reset_length()

    @torch.no_grad()
    def reset_length(self) -> None:
        """m = ‖W‖."""
        self.m.copy_(self.W.norm(dim=1))

    def delta(self) -> Tensor:
        """m ⊙ V / ‖V‖ - W."""
        V = self.W + super().delta()
        return (self.m / V.norm(dim=1).detach())[:, None] * V - self.W

    def change(self, x: Tensor) -> Tensor:
        """Δ x."""
        return F.linear(x, self.delta())
