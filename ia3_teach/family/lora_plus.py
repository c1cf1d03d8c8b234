r"""LoRA+: B learns faster than A, by the factor λ.

y = W x + b + (alpha / r) (λ B') A x with B = λ B'. Adam's step does not depend on the size of the gradient,
so B' moves at the common rate and B at λ times that: `fit` and `Trainer` need no groups of parameters.
Shapes: A (r, d_in), B' (d_out, r). Count: r (d_in + d_out) per layer. Merged: W + (alpha / r) λ B' A.
Start: A Kaiming-uniform and B = 0, the unchanged model.
Source: Hayou et al. 2024, "LoRA+", section 4 (λ = 16). The official code gives the optimizer a group of its
own for B; with plain gradient descent that is λ, and this λ². Its weight decay on B is λ times this one's.
"""

from __future__ import annotations

from dataclasses import dataclass

from ia3_teach.amounts import positive
from ia3_teach.family.pairs import LowRank


@dataclass(frozen=True)
class LoRAPlus(LowRank):
    """The recipe: LoRA's, with the `ratio` λ of the two rates.

    >>> LoRAPlus(r=4, alpha=8, ratio=16).scaling
    32.0
    """

    ratio: float = 16

    def __post_init__(self) -> None:
        """Refuse a ratio that is no positive number."""
        super().__post_init__()
        positive("ratio", self.ratio)

    @property
    def scaling(self) -> float:
        """λ alpha / r."""
        return self.ratio * super().scaling
