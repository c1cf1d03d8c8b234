r"""APT: a prefix whose rows are gated, by the input and for each layer.

softmax( Q [P̂_K; K]^T / sqrt(d_head) ) [P̂_V; V] with P̂ = λ α ⊙ P and α = σ(G x_1), one share per row.
Shapes: P (n, d_k) and (n, d_v); G (n, d_in), λ (1,) each. Count: n (d_k + d_v) + 2 (n d_in + 1) per layer.
Start: P ~ N(0, 0.02), G = 0 and λ = 1, not the unchanged model. Nothing merges.
Source: Zhang et al. 2023, "Towards Adaptive Prefix Tuning for Parameter-Efficient Language Model
Fine-tuning", section 3. The gate reads the first token's state, [CLS] in an encoder: an average would let
padding in, and in a decoder the future. Keys and values have gates of their own here, where the paper has one
for both; a fused layer has one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ia3_teach.family.method import Function, new
from ia3_teach.family.prefix_tuning import Prefix, PrefixTuning
from ia3_teach.family.prepend import attended
from ia3_teach.formulas import dimensions
from ia3_teach.layer import features
from ia3_teach.sites.find import Site


@dataclass(frozen=True)
class APT(PrefixTuning):
    """The recipe: prefix tuning's.

    >>> APT(length=2).gates(d_in=16)
    33
    """

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """A gated prefix for each layer."""
        sites = attended(model)
        return {path: GatedPrefix(layer, sites[path], self) for path, layer in self.places(model).items()}

    def gates(self, d_in: int) -> int:
        """n d_in + 1."""
        return self.length * d_in + 1

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """The prefix, and a gate for each Linear that makes keys or values."""
        found = super().closed_form(config)
        if found is None:
            return None
        text, value = found
        each = self.gates(dimensions(config)["d_model"])
        layers, _, sizes = text.partition(" x ")
        n = int(layers) * (sizes.count("+") + 1)
        return f"{text} + {n} x {each:,}", value + n * each


class GatedPrefix(Prefix):
    """P (or its network), G and λ."""

    def __init__(self, layer: nn.Module, site: Site, recipe: APT) -> None:
        super().__init__(layer, site, recipe)
        self.G, self.scale = new(layer, recipe.length, features(layer)[0]), new(layer, 1)
        self.reset_gate()

    def reset_parameters(self) -> None:
        """P at random, the gate half open."""
        super().reset_parameters()
        if hasattr(self, "G"):
            self.reset_gate()

    def reset_gate(self) -> None:
        """G = 0 and λ = 1."""
        nn.init.zeros_(self.G)
        nn.init.ones_(self.scale)

    def shares(self, x: Tensor) -> Tensor:
        """λ α (B, n, 1), from the first token: before the window, or right behind it."""
        first = x[:, 0 if self.window.start else self.window.stop]
        return self.scale * torch.sigmoid(first.to(self.G.dtype) @ self.G.T)[..., None]

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """The keys and values of x, with λ α ⊙ P in the window."""
        y = inner(x)
        return y if self.window is None else self.put(y, self.shares(x) * self.made())
