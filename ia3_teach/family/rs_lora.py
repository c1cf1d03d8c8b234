r"""rsLoRA: LoRA scaled by the root of the rank, y = W x + b + (alpha / sqrt(r)) B A x.

Shapes: A (r, d_in), B (d_out, r). Count: r (d_in + d_out) per layer. Merged: W + (alpha / sqrt(r)) B A.
Start: A Kaiming-uniform and B = 0, the unchanged model.
Source: Kalajdzievski 2023, "A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA", theorem 3.2: with
alpha / r the update shrinks as r grows, so that a higher rank learns no more. PEFT: use_rslora, the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ia3_teach.family.method import Settings
from ia3_teach.family.pairs import LORA_NAMES, LowRank


@dataclass(frozen=True)
class RsLoRA(LowRank):
    """The recipe: LoRA's, with another scaling.

    >>> RsLoRA(r=4, alpha=8).scaling
    4.0
    """

    tensor_names = LORA_NAMES
    peft_fields = ("use_rslora",)

    def file_fields(self) -> Settings:
        """PEFT's."""
        return {
            "peft_type": "LORA",
            "use_rslora": True,
            "r": self.r,
            "lora_alpha": self.alpha,
            "bias": "none",
        }

    @classmethod
    def from_peft(cls, config: Settings) -> Settings:
        """Rank and alpha; dropout has no part in it after training."""
        return {"r": config["r"], "alpha": config["lora_alpha"]}

    @property
    def scaling(self) -> float:
        """alpha / sqrt(r)."""
        return self.alpha / math.sqrt(self.r)
