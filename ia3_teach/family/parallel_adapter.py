r"""Parallel adapter: a small network beside a Linear, y = W x + b + s (U relu(D x + a) + c).

Shapes: D (m, d_in), a (m,), U (d_out, m), c (d_out,). Count: m (d_in + d_out) + m + d_out per layer.
Start: U = 0 and c = 0, the unchanged model. The relu is why nothing merges; without it this would be LoRA.
Source: He et al. 2022, "Towards a Unified View of Parameter-Efficient Transfer Learning", sections 3.3 and
4.5 (s = 4), where it stands beside the whole feed-forward sublayer; beside single Linears, as here, it stands
in the code of Hu et al. 2023, "LLM-Adapters", whose best place is the feed-forward layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from ia3_teach.amounts import whole
from ia3_teach.family.method import Function, Method
from ia3_teach.family.serial_adapter import Bottleneck
from ia3_teach.layer import features


@dataclass(frozen=True)
class ParallelAdapter(Method):
    """The recipe: the `bottleneck` m, and the factor `scale`.

    >>> ParallelAdapter(bottleneck=2).size(d_in=8, d_out=4)
    30
    """

    form = "add"
    merges = False
    adds_latency = shares_batch = starts_as_identity = True
    roles: ClassVar[Sequence[str]] = ("up", "down")
    bottleneck: int = 8
    scale: float = 4.0

    def __post_init__(self) -> None:
        """Refuse a bottleneck below 1."""
        super().__post_init__()
        whole("bottleneck", self.bottleneck, least=1)

    def adapter(self, layer: nn.Module) -> Beside:
        """The network beside one layer."""
        return Beside(layer, self.bottleneck, self.scale)

    def size(self, d_in: int, d_out: int) -> int:
        """m (d_in + d_out) + m + d_out."""
        return self.bottleneck * (d_in + d_out + 1) + d_out


class Beside(Bottleneck):
    """D, a, U and c, reading the layer's input."""

    def __init__(self, layer: nn.Module, m: int, scale: float) -> None:
        super().__init__(layer, features(layer)[0], m)
        self.scale = scale

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """inner(x) + s (U relu(D x + a) + c)."""
        y = inner(x)
        return (y + self.scale * self.through(x)).to(y.dtype)
