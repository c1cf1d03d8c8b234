r"""CoDA: a small network works on every token, the frozen layer only on those that a router lets in.

y_t = m_t (W x_t + b) + U relu(D x_t + a) + c with m_t = 1 where w x_t + v > 0, and 0 elsewhere.
In backward m_t counts as σ(w x_t + v), and the loss grows by λ times its mean, the price of the frozen layer.
Shapes: w (d_in,), v (1,), D (m, d_in), a (m,), U (d_out, m), c (d_out,).
Count: m (d_in + d_out + 1) + d_out + d_in + 1 per layer.
Start: v = 1 and U = 0: all tokens are let in, the unchanged model. The router is why nothing merges.
Source: Lei et al. 2023, "Conditional Adapters", sections 3.1 and 3.2. There the router takes the k best
positions of an input, by a soft top-k, and whole blocks are spared; padding and, in a decoder, the future
would have a part in that. Here each token is judged by itself, at a price instead of a number, and the last
Linear of the feed-forward layer is spared: it is not computed for the others, once nobody asks for gradients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ia3_teach.amounts import number
from ia3_teach.family.method import Function, new
from ia3_teach.family.parallel_adapter import Beside, ParallelAdapter
from ia3_teach.family.penalty import with_penalty
from ia3_teach.layer import features


@dataclass(frozen=True)
class CoDA(ParallelAdapter):
    """The recipe: the network's `bottleneck` and `scale`, and the `price` λ of a token that is let in.

    >>> CoDA(bottleneck=2).size(d_in=8, d_out=4)
    39
    """

    roles = ("down",)
    scale: float = 1.0
    price: float = 0.01

    def __post_init__(self) -> None:
        """Refuse a price below 0, which would pay for tokens."""
        super().__post_init__()
        number("price", self.price, least=0)

    def adapter(self, layer: nn.Module) -> Routed:
        """The network and the router of one layer."""
        return Routed(layer, self.bottleneck, self.scale, self.price)

    def size(self, d_in: int, d_out: int) -> int:
        """m (d_in + d_out + 1) + d_out + d_in + 1."""
        return super().size(d_in, d_out) + d_in + 1


class Routed(Beside):
    """w (d_in,) and v (1,) beside the network."""

    refusal = "its router depends on the input"

    def __init__(self, layer: nn.Module, m: int, scale: float, price: float) -> None:
        super().__init__(layer, m, scale)
        self.w, self.v, self.price = new(layer, features(layer)[0]), new(layer, 1), price
        self.reset_router()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        super().reset_parameters()
        if hasattr(self, "w"):
            self.reset_router()

    def reset_router(self) -> None:
        """All tokens are let in."""
        nn.init.zeros_(self.w)
        nn.init.ones_(self.v)

    def logits(self, x: Tensor) -> Tensor:
        """w x + v, of shape (..., 1)."""
        return (x.to(self.w.dtype) @ self.w)[..., None] + self.v

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """m inner(x) and the network's part; without gradients, inner on the admitted tokens alone."""
        if torch.is_grad_enabled():
            return self.mixed(inner(x), x)
        admitted = self.logits(x)[..., 0] > 0
        y = self.scale * self.through(x)
        y[admitted] += inner(x[admitted])
        return y.to(x.dtype)

    def mixed(self, y: Tensor, x: Tensor) -> Tensor:
        """m y and the network's part, y being the layer's output for all tokens."""
        share = torch.sigmoid(self.logits(x))
        m = (share > 0.5).to(share) + (share - share.detach())
        made = (m * y + self.scale * self.through(x)).to(y.dtype)
        return with_penalty(made, self.price * share.mean())

    @staticmethod
    def around_rows(adapters: Sequence[Routed | None], inner: Function, x: Tensor) -> Tensor:
        """The same with one router per row of the batch."""
        rows = zip(adapters, x.split(1), inner(x).split(1), strict=True)
        return torch.cat([y if adapter is None else adapter.mixed(y, row) for adapter, row, y in rows])
