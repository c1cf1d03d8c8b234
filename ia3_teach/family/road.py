r"""RoAd: turn each pair of output channels by an angle θ and stretch it by α.

(y_2i, y_2i+1) = α_i (cos θ_i h_2i - sin θ_i h_2i+1, sin θ_i h_2i + cos θ_i h_2i+1) with h = W x + b.
Shapes: θ and α (d_out / 2,). Count: d_out per layer. Merged: R W and R b, R the block-diagonal rotation.
Start: θ = 0 and α = 1, the unchanged model. With θ = 0 it is IA3 with one l for two neighbouring channels.
Source: Liao and Monz 2024, "3-in-1: 2D Rotary Adaptation", section 3.2 (RoAd_1).
PEFT pairs channel i with i + group / 2 within groups of 64; neighbours are its group_size = 2. It unmerges
by the inverse of R, here the frozen weight is put back.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ia3_teach.family.method import Adapter, Function, Method, Settings, new
from ia3_teach.layer import features
from ia3_teach.wording import short


@dataclass(frozen=True)
class RoAd(Method):
    """The recipe; it takes all Linears of the blocks.

    >>> RoAd().size(d_in=3, d_out=4)
    4
    """

    form = "rotate"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False

    tensor_names = {"theta": "road_theta", "alpha": "road_alpha"}
    peft_fields = ("variant", "group_size", "init_weights")

    def file_fields(self) -> Settings:
        """PEFT's."""
        return {"peft_type": "ROAD", "variant": "road_1", "group_size": 2, "init_weights": True}

    @classmethod
    def from_peft(cls, config: Settings) -> Settings:
        """None, for neighbouring pairs. Raises ValueError for others."""
        found = config.get("variant", "road_1"), config.get("group_size", 64)
        if found != ("road_1", 2):
            raise ValueError(
                f"of PEFT's RoAd this library has road_1 with group_size 2; found {short(found)}"
            )
        return {}

    def adapter(self, layer: nn.Module) -> Rotation:
        """θ and α of one layer."""
        return Rotation(layer)

    def size(self, d_in: int, d_out: int) -> int:
        """d_out."""
        return d_out


class Rotation(Adapter):
    """θ (d_out / 2,) and α (d_out / 2,). Raises ValueError for an odd number of channels.

    >>> turn = Rotation(nn.Linear(2, 2))
    >>> _ = nn.init.constant_(turn.theta, torch.pi / 2)
    >>> turn.turned(torch.tensor([1.0, 0.0])).round().tolist()
    [-0.0, 1.0]
    """

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        d_out = features(layer)[1]
        if d_out % 2:
            raise ValueError(f"RoAd turns pairs of channels, and a layer has {short(d_out)}; exclude it")
        self.theta, self.alpha = new(layer, d_out // 2), new(layer, d_out // 2)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        nn.init.zeros_(self.theta)
        nn.init.ones_(self.alpha)

    def turned(self, h: Tensor) -> Tensor:
        """R h along the last dimension."""
        first, second = h[..., 0::2], h[..., 1::2]
        cos, sin = self.alpha * self.theta.cos(), self.alpha * self.theta.sin()
        return torch.stack([cos * first - sin * second, sin * first + cos * second], -1).flatten(-2)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """R inner(x)."""
        h = inner(x)
        return self.turned(h).to(h.dtype)

    @torch.no_grad()
    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """R W and R b."""
        return self.turned(weight.T).T.to(weight.dtype), None if bias is None else self.turned(bias)
