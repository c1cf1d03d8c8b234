r"""Diff pruning: learn a difference to each weight and, by an L0 penalty, which entries of it are not zero.

y = (W + z ⊙ w) x + b,  z = clip(σ(log u - log(1 - u) + α) (b - a) + a, 0, 1),  u ~ U(0, 1), a = -1.5, b = 1.5
and the loss grows by λ Σ σ(α - log(-a / b)), the expected number of entries that are not zero (times λ).
Shapes: w and α (d_out, d_in); structured: one more gate per weight, z times its z. Count: 2 d_in d_out (+ 1).
Merged, and when not training: u = 1/2. Start: w = 0 and α = 5, the unchanged model.
Source: Guo et al. 2021, "Parameter-Efficient Transfer Learning with Diff Pruning", section 3.1 and 3.2. The
official code gives α a rate of its own (0.1), draws z when it evaluates as well, and reaches its 0.5 % in two
more steps: `largest` says which entries to keep, and a mask of these (`chosen`) is trained once more.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.amounts import number
from ia3_teach.family.masks import Chosen, top
from ia3_teach.family.method import Change, Function, Method, new
from ia3_teach.family.penalty import with_penalty
from ia3_teach.layer import features, wrapped

LOW, HIGH, START, EDGE = -1.5, 1.5, 5.0, 1e-4


@dataclass(frozen=True)
class DiffPruning(Method):
    """The recipe: the `penalty` λ per entry, and whether each weight has a gate as a whole (`structured`).

    >>> DiffPruning(structured=True).size(d_in=4, d_out=3)
    25
    """

    form = "select"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False
    penalty: float = 1.25e-7
    structured: bool = True

    def __post_init__(self) -> None:
        """Refuse a penalty below 0, which would reward entries."""
        super().__post_init__()
        number("penalty", self.penalty, least=0)

    def adapter(self, layer: nn.Module) -> Gated:
        """w, α and the gate of one layer."""
        return Gated(layer, self.penalty, self.structured)

    def size(self, d_in: int, d_out: int) -> int:
        """2 d_in d_out, and 1 for the gate."""
        return 2 * d_in * d_out + self.structured


class Gated(Change):
    """Δ = z ⊙ w."""

    def __init__(self, layer: nn.Module, penalty: float, structured: bool) -> None:
        super().__init__(layer)
        d_in, d_out = features(layer)
        self.w, self.alpha, self.penalty = new(layer, d_out, d_in), new(layer, d_out, d_in), penalty
        self.gate = new(layer, 1) if structured else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        nn.init.zeros_(self.w)
        for alpha in self.logits():
            nn.init.constant_(alpha, START)

    def logits(self) -> list[Tensor]:
        """α, and that of the gate."""
        return [self.alpha] if self.gate is None else [self.alpha, self.gate]

    def delta(self, drawn: bool = False) -> Tensor:
        """z ⊙ w."""
        made = self.w
        for alpha in self.logits():
            made = made * hard_concrete(alpha, drawn)
        return made

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """inner(x) + Δ x; z is drawn while training, and the penalty rides on the output."""
        y, kept = inner(x), torch.ones((), device=x.device)
        for alpha in self.logits():
            kept = kept * torch.sigmoid(alpha)
        change = F.linear(x.to(self.w.dtype), self.delta(drawn=self.training))
        return with_penalty((y + change).to(y.dtype), self.penalty * kept.sum())


def hard_concrete(alpha: Tensor, drawn: bool) -> Tensor:
    """z of the shape of α.

    >>> hard_concrete(torch.tensor([-5.0, 0.0, 5.0]), drawn=False).tolist()
    [0.0, 0.0, 1.0]
    """
    u = torch.rand_like(alpha).clamp(EDGE, 1 - EDGE) if drawn else torch.full_like(alpha, 0.5)
    return (torch.sigmoid(torch.logit(u) + alpha) * (HIGH - LOW) + LOW).clamp(0, 1)


@torch.no_grad()
def largest(model: nn.Module, name: str, share: float) -> Chosen:
    """The share of all entries of z ⊙ w of an adapter that are largest, for the mask that comes after."""
    places = {path: place for path, place in wrapped(model).items() if name in place.adapters}
    gates = {path: place.adapters[name] for path, place in places.items()}
    return top({path: gate.delta().abs() for path, gate in gates.items() if isinstance(gate, Gated)}, share)
