"""UniPELT's parts: a LoRA, an adapter and a prefix, each with a gate of its own, and two of them at one
layer.

The gates of LoRA and adapter are one number per token: so neither padding nor, in a decoder, the future has a
part in them. A prefix is seen by all tokens alike; its gate reads the first one.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ia3_teach.family.method import Adapter, Function, new
from ia3_teach.family.pairs import Pair
from ia3_teach.family.prefix_tuning import Prefix
from ia3_teach.family.serial_adapter import Bottleneck
from ia3_teach.layer import features

REFUSAL = "its gates depend on the input"


def gate(w: Tensor, x: Tensor) -> Tensor:
    """σ(w x), one number per position. Shapes: w (d,), x (..., d) -> (..., 1).

    >>> gate(torch.zeros(2), torch.ones(3, 2)).tolist()
    [[0.5], [0.5], [0.5]]
    """
    return torch.sigmoid(x.to(w.dtype) @ w)[..., None]


class Gated(Adapter):
    """An adapter with a gate w: its start is w = 0, half open. It stands before the class that it gates."""

    refusal = REFUSAL

    def reset_parameters(self) -> None:
        """The start of what is gated, and w = 0; the first time, w is not there yet."""
        super().reset_parameters()
        if hasattr(self, "w"):
            nn.init.zeros_(self.w)


class TokenGatedPair(Gated, Pair):
    """σ(w x) B A x: the gate stands where alpha / r was."""

    def __init__(self, layer: nn.Module, r: int) -> None:
        super().__init__(layer, r)
        self.w = nn.Parameter(torch.zeros_like(self.A[0]))

    def change(self, x: Tensor) -> Tensor:
        """The same."""
        return gate(self.w, x) * super().change(x)

    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Refused."""
        return Adapter.fold(self, weight, bias)


class TokenGatedBottleneck(Gated, Bottleneck):
    """h + σ(w h) (U relu(D h + a) + c)."""

    def __init__(self, layer: nn.Module, m: int) -> None:
        super().__init__(layer, features(layer)[1], m)
        self.w = nn.Parameter(torch.zeros_like(self.c))

    def through(self, h: Tensor) -> Tensor:
        """What is added to h."""
        return gate(self.w, h) * super().through(h)


class OnceGatedPrefix(Gated, Prefix):
    """P times σ(w x_1) on keys and values, x_1 being the first token's state."""

    def __init__(self, layer: nn.Module, *settings: Any) -> None:
        super().__init__(layer, *settings)
        self.w = new(layer, features(layer)[0])
        nn.init.zeros_(self.w)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """The keys and values of x, with the gated rows in the window."""
        y = inner(x)
        if self.window is None:
            return y
        first = x[:, 0 if self.window.start else self.window.stop]
        return self.put(y, gate(self.w, first)[:, None] * self.made())


class Both(Adapter):
    """A pair and a prefix at one layer: the prefix takes the place of the pair's rows in its window."""

    refusal = REFUSAL

    def __init__(self, pair: Pair, prefix: Prefix) -> None:
        super().__init__()
        self.pair, self.prefix, self.length = pair, prefix, prefix.length

    def reset_parameters(self) -> None:
        """Both from their start."""
        self.pair.reset_parameters()
        self.prefix.reset_parameters()

    @property
    def window(self) -> slice | None:
        """The prefix's."""
        return self.prefix.window

    @window.setter
    def window(self, window: slice | None) -> None:
        self.prefix.window = window

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """The one around the other."""
        return self.prefix.around(lambda x: self.pair.around(inner, x), x)
