r"""Child-Tuning, the free form: in every step another random share of the weights' entries is trained.

y = (W + w) x + b, and the gradient of w is multiplied by M / p with M ~ Bernoulli(p), drawn anew in backward.
Shapes: w and M (d_out, d_in). Count: d_in d_out per layer, for all are trained now and then. Merged: W + w.
Start: w = 0, the unchanged model.
Source: Xu et al. 2021, "Raise a Child in Large Language Model", section 3.1 (Child-Tuning_F). The official
code masks in the optimizer, before Adam's averages, like here. The task-driven form (Child-Tuning_D) trains
the entries with the most Fisher information all along: that is FishMask with a share of 0.1 to 0.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.amounts import part
from ia3_teach.family.method import Change, Method, new
from ia3_teach.layer import features


@dataclass(frozen=True)
class ChildTuning(Method):
    """The recipe: the `share` p of the entries in each step.

    >>> ChildTuning().size(d_in=4, d_out=3)
    12
    """

    form = "select"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False
    share: float = 0.3

    def __post_init__(self) -> None:
        """Refuse a share outside (0, 1]."""
        super().__post_init__()
        part("share", self.share)

    def adapter(self, layer: nn.Module) -> Child:
        """w of one layer."""
        return Child(layer, self.share)

    def size(self, d_in: int, d_out: int) -> int:
        """d_in d_out."""
        return d_in * d_out


class Child(Change):
    """Δ = w (d_out, d_in), whose gradient is masked while training."""

    def __init__(self, layer: nn.Module, share: float) -> None:
        super().__init__(layer)
        d_in, d_out = features(layer)
        self.w, self.share = new(layer, d_out, d_in), share
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        nn.init.zeros_(self.w)

    def delta(self) -> Tensor:
        """w."""
        return self.w

    def change(self, x: Tensor) -> Tensor:
        """w x."""
        return F.linear(x, Lot.apply(self.w, self.share) if self.training else self.w)


class Lot(torch.autograd.Function):
    """w as it is; backward lets a random share p of its gradient through, 1 / p times as large."""

    @staticmethod
    def forward(ctx: Any, w: Tensor, share: float) -> Tensor:
        ctx.share = share
        return w.view_as(w)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None]:
        return g * torch.bernoulli(torch.full_like(g, ctx.share)) / ctx.share, None
