r"""LoReFT: edit a state in a low-rank subspace, y = h + R^T (V h + b - R h) with h the layer's output.

Shapes: R (r, d) with orthonormal rows, V (r, d), b (r,). Count: 2 r d + r per place.
R is made of a free matrix by a QR decomposition. Merged: (I + R^T (V - R)) W, and R^T b more on the bias.
Start: V = R and b = 0, the unchanged model.
Source: Wu et al. 2024, "ReFT", section 3.2 (equation 2). The official code edits the blocks' outputs at the
first and last few positions, which no weight could do; here the last Linear of the feed-forward layer is
edited, which it calls mlp_output, at all positions, and so it merges. There V starts at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from ia3_teach.amounts import whole
from ia3_teach.family.method import Adapter, Function, Method, new
from ia3_teach.layer import features
from ia3_teach.wording import short


@dataclass(frozen=True)
class LoReFT(Method):
    """The recipe: the rank `r` of the subspace.

    >>> LoReFT(r=2).size(d_in=16, d_out=8)
    34
    """

    form = "rotate"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False
    roles: ClassVar[Sequence[str]] = ("down",)
    r: int = 4

    def __post_init__(self) -> None:
        """Refuse a rank that is no whole number."""
        super().__post_init__()
        whole("r", self.r, least=1)

    def adapter(self, layer: nn.Module) -> Edit:
        """R, V and b of one layer."""
        return Edit(layer, self.r)

    def size(self, d_in: int, d_out: int) -> int:
        """2 r d + r, with d = d_out."""
        return self.r * (2 * d_out + 1)


class Edit(Adapter):
    """The free matrix (d, r) behind R, V and b. Raises ValueError for more directions than channels."""

    def __init__(self, layer: nn.Module, r: int) -> None:
        super().__init__()
        d = features(layer)[1]
        if r > d:
            raise ValueError(
                f"a subspace of {short(d)} channels has {short(d)} directions at most; found r={short(r)}"
            )
        self.free, self.V, self.b = new(layer, d, r), new(layer, r, d), new(layer, r)
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """The unchanged model."""
        nn.init.normal_(self.free)
        nn.init.zeros_(self.b)
        if not self.free.is_meta:
            self.V.copy_(self.R)

    @property
    def R(self) -> Tensor:
        """The orthonormal rows."""
        return torch.linalg.qr(self.free).Q.T

    def edited(self, h: Tensor, b: Tensor | float) -> Tensor:
        """h + R^T (V h + b - R h) along the last dimension."""
        R = self.R
        return h + (h @ self.V.T + b - h @ R.T) @ R

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """The same of inner(x)."""
        h = inner(x)
        return self.edited(h.to(self.V.dtype), self.b).to(h.dtype)

    @torch.no_grad()
    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The edit of each column of the weight, and of the bias."""
        shift = self.edited(weight.new_zeros(len(weight)) if bias is None else bias, self.b)
        return self.edited(weight.T, 0.0).T.to(weight.dtype), shift.to(weight.dtype)
