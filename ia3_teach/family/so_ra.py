r"""SoRA: LoRA with a gate on each rank, which training makes exactly zero for those that are not needed.

y = W x + b + (alpha / r) B (g ⊙ A x), and after every step g <- sign(g) max(|g| - ξ, 0).
Shapes: A (r, d_in), g (r,), B (d_out, r). Count: r (d_in + d_out + 1) per layer.
Merged: W + (alpha / r) B diag(g) A. Start: A Kaiming-uniform, g = 1, B = 0, the unchanged model.
Source: Ding et al. 2023, "Sparse Low-rank Adaptation of Pre-trained Language Models", section 3.2: the step
on g is a proximal one for λ ‖g‖_1, so ξ = rate λ. Give `fit` what `after_step` returns; a loop without it
trains the gates and closes none. Nothing is cut out at the end: a rank with g = 0 does nothing. The official
code draws g at random.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from ia3_teach.amounts import number
from ia3_teach.family.pairs import LowRankGated, gates_of


@dataclass(frozen=True)
class SoRA(LowRankGated):
    """The recipe: LoRA's, and the `threshold` ξ.

    >>> SoRA(r=2).size(d_in=4, d_out=3)
    16
    """

    threshold: float = 1e-3

    def __post_init__(self) -> None:
        """Refuse a threshold below 0, which would widen the gates."""
        super().__post_init__()
        number("threshold", self.threshold, least=0)

    def after_step(self, model: nn.Module, name: str = "default") -> Callable[[int, float], None]:
        """What to call after every step: fit(..., on_step=recipe.after_step(model))."""

        gates = gates_of(model, name)

        def shrink(step: int, loss: float) -> None:
            for pair in gates:
                pair.shrink(self.threshold)

        return shrink
