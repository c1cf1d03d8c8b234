r"""Serial adapter: a small network behind a sublayer's last Linear.

y = h + U relu(D h + a) + c with h = W x + b.
Shapes: D (m, d), a (m,), U (d, m), c (d,), with m the bottleneck. Count: 2 d m + m + d per place.
Start: U = 0 and c = 0, the unchanged model. The relu between D and U is why nothing merges.
Source: Houlsby et al. 2019, "Parameter-Efficient Transfer Learning for NLP", section 2.1: after attention and
after the feed-forward layer; Pfeiffer et al. 2021, "AdapterFusion", section 3.2: after the feed-forward only.
The official code has gelu, starts D and U at N(0, 0.001) cut at two deviations, only near the unchanged
model, and trains the norms too; there it stands behind the sublayer's dropout, which here comes after it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.amounts import whole
from ia3_teach.family.method import Adapter, Function, Method, new
from ia3_teach.layer import features
from ia3_teach.wording import brief, short

PLACEMENTS = {"houlsby": ("attention", "down"), "pfeiffer": ("down",)}


@dataclass(frozen=True)
class SerialAdapter(Method):
    """The recipe: the `bottleneck` m, and the `placement`, "houlsby" or "pfeiffer".

    >>> SerialAdapter(bottleneck=2).size(d_in=8, d_out=4)
    22
    """

    form = "add"
    merges = False
    adds_latency = shares_batch = starts_as_identity = True
    bottleneck: int = 8
    placement: str = "houlsby"

    def __post_init__(self) -> None:
        """Refuse another placement, and a bottleneck that is no whole number."""
        super().__post_init__()
        if self.placement not in PLACEMENTS:
            raise ValueError(
                f"placement is one of {short(', '.join(PLACEMENTS))}; found {brief(self.placement)}"
            )
        whole("bottleneck", self.bottleneck, least=1)

    @property
    def roles(self) -> Sequence[str]:
        """The sublayers' last Linears."""
        return PLACEMENTS[self.placement]

    def adapter(self, layer: nn.Module) -> Bottleneck:
        """The network behind one layer."""
        return Bottleneck(layer, features(layer)[1], self.bottleneck)

    def size(self, d_in: int, d_out: int) -> int:
        """2 d m + m + d, with d = d_out."""
        return 2 * d_out * self.bottleneck + self.bottleneck + d_out


class Bottleneck(Adapter):
    """D (m, d), a (m,), U (d_out, m), c (d_out,)."""

    refusal = "a relu stands between its two matrices, which no single weight can do"

    def __init__(self, layer: nn.Module, d: int, m: int) -> None:
        super().__init__()
        d_out = features(layer)[1]
        self.D, self.a = new(layer, m, d), new(layer, m)
        self.U, self.c = new(layer, d_out, m), new(layer, d_out)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """D at random, the rest zero: the unchanged model."""
        nn.init.kaiming_uniform_(self.D, a=math.sqrt(5))
        for each in (self.a, self.U, self.c):
            nn.init.zeros_(each)

    def through(self, h: Tensor) -> Tensor:
        """U relu(D h + a) + c in the adapter's dtype."""
        return F.linear(F.relu(F.linear(h.to(self.D.dtype), self.D, self.a)), self.U, self.c)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """h + U relu(D h + a) + c with h = inner(x)."""
        h = inner(x)
        return (h + self.through(h)).to(h.dtype)
