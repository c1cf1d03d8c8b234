r"""HiRA: a low-rank matrix that scales each entry of the weight, y = (W + W ⊙ B A) x + b.

Shapes: A (r, d_in), B (d_out, r). Count: r (d_in + d_out) per layer. Merged: W ⊙ (1 + B A).
Start: A Kaiming-uniform and B = 0, the unchanged model.
This is the bridge from IA3 to LoRA: of rank 1 with A of ones, W ⊙ (1 + B A) scales row i by l_i = 1 + B_i,
which is IA3's output side without the bias. T-Few's own code has the form W ⊙ B A, where A and B of ones are
the unchanged model (`scaled`); HiRA is that with its 1 outside, and a product of high rank.
Source: Huang et al. 2025, "HiRA", section 3.2. PEFT: HiraConfig, the same; there is no alpha.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.family.method import Settings
from ia3_teach.family.pairs import LowRank, Pair


@dataclass(frozen=True)
class HiRA(LowRank):
    """The recipe: the rank; alpha has no part in it.

    >>> HiRA(r=2).size(d_in=4, d_out=3)
    14
    """

    tensor_names = {"A": "hira_A", "B": "hira_B"}
    peft_fields = ("init_weights",)

    def file_fields(self) -> Settings:
        """PEFT's."""
        return {"peft_type": "HIRA", "r": self.r, "hira_dropout": 0.0, "init_weights": True}

    @classmethod
    def from_peft(cls, config: Settings) -> Settings:
        """The rank."""
        return {"r": config["r"]}

    def adapter(self, layer: nn.Module) -> Hadamard:
        """A and B of one layer."""
        return Hadamard(layer, self.r)


class Hadamard(Pair):
    """Δ = W ⊙ B A."""

    def delta(self) -> Tensor:
        """W ⊙ B A."""
        return scaled(self.W, self.A, self.B)

    def change(self, x: Tensor) -> Tensor:
        """Δ x; no way around the whole matrix."""
        return F.linear(x, self.delta())


def scaled(W: Tensor, A: Tensor, B: Tensor) -> Tensor:
    """W ⊙ (B A).

    >>> import torch
    >>> scaled(torch.tensor([[2.0, 3.0]]), torch.ones(1, 2), torch.ones(1, 1)).tolist()
    [[2.0, 3.0]]
    """
    return W * (B @ A)
