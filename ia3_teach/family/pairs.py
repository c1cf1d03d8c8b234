"""What the relatives of LoRA share: a pair A (r, d_in), B (d_out, r), and the recipe with its rank."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.amounts import check_rank, whole
from ia3_teach.family.method import Change, Method, new
from ia3_teach.layer import features, wrapped
from ia3_teach.wording import brief


@dataclass(frozen=True)
class LowRank(Method):
    """The rank `r` and the numerator `alpha`; the layers are queries and values, or the fused one."""

    form = "add"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False
    roles: ClassVar[Sequence[str]] = ("query", "value", "query_key_value")
    r: int = 8
    alpha: float = 8

    def __post_init__(self) -> None:
        """Refuse a rank below 1."""
        super().__post_init__()
        whole("r", self.r, least=1)

    @property
    def scaling(self) -> float:
        """alpha / r."""
        return self.alpha / self.r

    def adapter(self, layer: nn.Module) -> Pair:
        """A and B of one layer."""
        return Pair(layer, self.r, self.scaling)

    def size(self, d_in: int, d_out: int) -> int:
        """r (d_in + d_out)."""
        return self.r * (d_in + d_out)


LORA_NAMES = {"A": "lora_A.weight", "B": "lora_B.weight"}  # in PEFT's files


class Pair(Change):
    """Δ = s B A; A starts Kaiming-uniform and B at zero."""

    def __init__(self, layer: nn.Module, r: int, scaling: float = 1.0) -> None:
        super().__init__(layer)
        d_in, d_out = features(layer)
        check_rank(r, d_in, d_out)
        self.A, self.B, self.scaling = new(layer, r, d_in), new(layer, d_out, r), scaling
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        nn.init.zeros_(self.B)

    def delta(self) -> Tensor:
        """s B A."""
        return self.scaling * (self.B @ self.A)

    def change(self, x: Tensor) -> Tensor:
        """s B (A x), without the product B A."""
        return F.linear(F.linear(x, self.A), self.scaling * self.B)


@dataclass(frozen=True)
class LowRankGated(LowRank):
    """LoRA's recipe with a gate on each rank."""

    def adapter(self, layer: nn.Module) -> GatedPair:
        """A, g and B of one layer."""
        return GatedPair(layer, self.r, self.scaling)

    def size(self, d_in: int, d_out: int) -> int:
        """r (d_in + d_out + 1)."""
        return self.r * (d_in + d_out + 1)


class GatedPair(Pair):
    """Δ = s B diag(g) A; g starts at 1."""

    def __init__(self, layer: nn.Module, r: int, scaling: float) -> None:
        super().__init__(layer, r, scaling)
        self.g = new(layer, r)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        super().reset_parameters()
        if hasattr(self, "g"):
            nn.init.ones_(self.g)

    @torch.no_grad()
    def shrink(self, threshold: float) -> None:
        """g <- sign(g) max(|g| - ξ, 0)."""
        self.g.copy_(self.g.sign() * (self.g.abs() - threshold).clamp(min=0))

    def delta(self) -> Tensor:
        """s B diag(g) A."""
        return self.scaling * self.B @ (self.g[:, None] * self.A)

    def change(self, x: Tensor) -> Tensor:
        """s B (g ⊙ A x)."""
        return (self.g * (x @ self.A.T)) @ (self.scaling * self.B).T


def gates_of(model: nn.Module, name: str) -> list[GatedPair]:
    """The gated pairs of an adapter. Raises ValueError where it has none."""
    places = [place for place in wrapped(model).values() if name in place.adapters]
    found = [place.adapters[name] for place in places if isinstance(place.adapters[name], GatedPair)]
    if not found:
        raise ValueError(f"the model has no adapter {brief(name)} with gates; attach the recipe first")
    return found
