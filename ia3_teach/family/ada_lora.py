r"""AdaLoRA: a LoRA in the form of a singular value decomposition, whose ranks go where they count.

y = W x + b + (alpha / r) B (g ⊙ A x), and the loss grows by γ (‖A A^T - I‖² + ‖B^T B - I‖²), which keeps the
directions apart. After each step a rank's score is its importance, s = |value times gradient|, smoothed,
times its uncertainty, smoothed: that of g, and the mean over its row of A and its column of B. The lowest are
set to g = 0, more of them as training goes on (a cubic schedule); they can come back.
Shapes: A (r, d_in), g (r,), B (d_out, r). Count: r (d_in + d_out + 1) per layer.
Merged: W + (alpha / r) B diag(g) A. Start: A and B ~ N(0, 0.02), g = 0, the unchanged model.
Source: Zhang et al. 2023, "AdaLoRA", sections 3.1 to 3.3. Give `fit` what `after_step` returns, which reads
the gradients before they are forgotten; a loop without it keeps all ranks. The official code divides alpha by
the number of ranks that are left, adds 1e-5 to it and takes the norm itself, not its square, as penalty,
averaged over all matrices; PEFT does the last two and leaves the first out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ia3_teach.amounts import number, part, whole
from ia3_teach.family.method import Function
from ia3_teach.family.pairs import GatedPair, LowRankGated, gates_of
from ia3_teach.family.penalty import with_penalty


@dataclass(frozen=True)
class AdaLoRA(LowRankGated):
    """The recipe: LoRA's with r ranks at first, `target` of them on average at the end, and γ (`orthogonal`).

    >>> AdaLoRA(r=2, target=1).size(d_in=4, d_out=3)
    16
    """

    r: int = 12
    target: int = 8
    orthogonal: float = 0.1
    smoothing: float = 0.85

    def __post_init__(self) -> None:
        """Refuse a target above r, and a price or a smoothing that is none."""
        super().__post_init__()
        whole("target", self.target, least=1, most=self.r)
        number("orthogonal", self.orthogonal, least=0)
        part("smoothing", self.smoothing, none=True)

    def adapter(self, layer: nn.Module) -> Singular:
        """A, g and B of one layer."""
        return Singular(layer, self.r, self.scaling, self.orthogonal)

    def after_step(self, model: nn.Module, steps: int, name: str = "default") -> Callable[[int, float], None]:
        """What to call after each of so many steps: fit(..., on_step=recipe.after_step(model, steps))."""
        mine = gates_of(model, name)

        @torch.no_grad()
        def allot(step: int, loss: float) -> None:
            scores = torch.cat([adapter.scores(self.smoothing) for adapter in mine])
            left = budget(step + 1, steps, self.r, self.target) * len(mine)
            least = scores.topk(round(left)).values[-1]
            for adapter, score in zip(mine, scores.split(self.r), strict=True):
                adapter.g *= score >= least

        return allot


class Singular(GatedPair):
    """Δ = s B diag(g) A."""

    def __init__(self, layer: nn.Module, r: int, scaling: float, orthogonal: float) -> None:
        super().__init__(layer, r, scaling)
        self.orthogonal, self.smoothed = orthogonal, {}
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        super().reset_parameters()
        for name, parameter in self.named_parameters():
            nn.init.normal_(parameter, std=0.0 if name == "g" else 0.02)

    def scores(self, beta: float) -> Tensor:
        """Importance times uncertainty of each rank (r,), with this step's gradients."""
        found = {}
        for name, parameter in self.named_parameters():
            now = (parameter * parameter.grad).abs()
            mean, spread = self.smoothed.get(name, (torch.zeros_like(now), torch.zeros_like(now)))
            mean = beta * mean + (1 - beta) * now
            spread = beta * spread + (1 - beta) * (now - mean).abs()
            self.smoothed[name], found[name] = (mean, spread), mean * spread
        return found["g"] + found["A"].mean(1) + found["B"].mean(0)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """inner(x) + Δ x, with the penalty riding on it."""
        same = torch.eye(len(self.g), dtype=self.g.dtype, device=self.g.device)
        apart = (self.A @ self.A.T - same).square().sum() + (self.B.T @ self.B - same).square().sum()
        return with_penalty(super().around(inner, x), self.orthogonal * apart)


def budget(step: int, steps: int, r: int, target: int) -> float:
    """Ranks per layer after a step: r for a tenth of the steps, then down cubically, `target` for the last.

    >>> [budget(step, 100, 12, 8) for step in (0, 10, 70, 100)]
    [12.0, 12.0, 8.0, 8.0]
    """
    first, last = 0.1 * steps, 0.7 * steps
    share = min(max((step - first) / (last - first), 0.0), 1.0)
    return target + (r - target) * (1 - share) ** 3
