r"""SSF: scale and shift the output of a layer, y = γ ⊙ (W x + b) + β.

Shapes: γ and β (d_out,); y (B, T, d_out). Count: 2 d_out per layer. Merged: W' = γ ⊙ W, b' = γ ⊙ b + β.
Start: γ = 1 and β = 0, the unchanged model. With β = 0 it is IA3 on the output side.
Source: Lian et al. 2022, "Scaling & Shifting Your Features", section 3.2.
The official code starts at γ ~ N(1, 0.02) and β ~ N(0, 0.02), which is not the unchanged model; it scales and
shifts after norms too, where both are what the norm's own weight and bias can do; and it merges nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from ia3_teach.family.method import Adapter, Function, Method, new
from ia3_teach.layer import features


@dataclass(frozen=True)
class SSF(Method):
    """The recipe; it takes all Linears of the blocks.

    >>> SSF().size(d_in=4, d_out=3)
    6
    """

    form = "scale"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False

    def adapter(self, layer: nn.Module) -> ScaleAndShift:
        """γ and β of one layer."""
        return ScaleAndShift(layer)

    def size(self, d_in: int, d_out: int) -> int:
        """2 d_out."""
        return 2 * d_out


class ScaleAndShift(Adapter):
    """γ (d_out,) and β (d_out,).

    >>> linear = nn.Linear(2, 3)
    >>> ScaleAndShift(linear).gamma.tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        d_out = features(layer)[1]
        self.gamma, self.beta = new(layer, d_out), new(layer, d_out)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        nn.init.ones_(self.gamma)
        nn.init.zeros_(self.beta)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """γ ⊙ inner(x) + β."""
        y = inner(x)
        return (self.gamma * y + self.beta).to(y.dtype)

    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """γ ⊙ W and γ ⊙ b + β."""
        gamma, beta = (vector.detach().to(weight.dtype) for vector in (self.gamma, self.beta))
        return gamma[:, None] * weight, beta if bias is None else gamma * bias + beta
