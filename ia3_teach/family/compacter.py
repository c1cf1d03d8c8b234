r"""Compacter: the serial adapter with matrices that are sums of Kronecker products.

y = h + U relu(D h + a) + c with h = W x + b, D = Σ_i A_i ⊗ s_i t_i^T and U = Σ_i A_i ⊗ p_i q_i^T
Shapes: A (n, n, n) for both, s and q (n, m / n), t and p (n, d / n), a (m,), c (d,), m being the bottleneck.
Count: n³ + 2 (d + m) + m + d per place, where the serial adapter has 2 d m + m + d.
Start: q = 0 and c = 0, the unchanged model. The relu is why nothing merges.
Source: Mahabadi et al. 2021, "Compacter", section 3 (and ++, feed-forward only: the placement "pfeiffer").
The official code has one A for all layers, gelu, glorot everywhere (not the unchanged model), and trains the
norms too; its low-rank layer multiplies s * t by entries, which is the outer product at rank 1 alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.amounts import whole
from ia3_teach.family.method import Adapter, Function, new
from ia3_teach.family.serial_adapter import Bottleneck, SerialAdapter
from ia3_teach.layer import features
from ia3_teach.wording import short


@dataclass(frozen=True)
class Compacter(SerialAdapter):
    """The recipe: the serial adapter's, and the number `n` of products.

    >>> Compacter(bottleneck=4, n=2).size(d_in=16, d_out=8)
    44
    """

    n: int = 4

    def __post_init__(self) -> None:
        """Refuse an n that does not divide the bottleneck."""
        super().__post_init__()
        whole("n", self.n, least=1)
        if self.bottleneck % self.n:
            raise ValueError(
                f"n={short(self.n)} must divide the bottleneck, which is {short(self.bottleneck)}"
            )

    def adapter(self, layer: nn.Module) -> Kronecker:
        """The network behind one layer."""
        return Kronecker(layer, self.bottleneck, self.n)

    def size(self, d_in: int, d_out: int) -> int:
        """n³ + 2 (d + m) + m + d, with d = d_out."""
        return self.n**3 + 3 * (d_out + self.bottleneck)


class Kronecker(Adapter):
    """A, s, t, p, q, a and c. Raises ValueError where n does not divide the layer's outputs."""

    refusal = Bottleneck.refusal

    def __init__(self, layer: nn.Module, m: int, n: int) -> None:
        super().__init__()
        d = features(layer)[1]
        if d % n:
            raise ValueError(f"n={short(n)} must divide the {short(d)} channels of a layer; choose another n")
        shapes = {"A": (n, n, n), "s": (n, m // n), "t": (n, d // n), "p": (n, d // n), "q": (n, m // n)}
        for name, shape in (shapes | {"a": (m,), "c": (d,)}).items():
            self.register_parameter(name, new(layer, *shape))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        for each in (self.A, self.s, self.t, self.p):
            nn.init.normal_(each, std=each.shape[-1] ** -0.5)
        for each in (self.q, self.a, self.c):
            nn.init.zeros_(each)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """h + U relu(D h + a) + c with h = inner(x)."""
        h = inner(x)
        D, U = kronecker(self.A, self.s, self.t), kronecker(self.A, self.p, self.q)
        inside = F.relu(F.linear(h.to(D.dtype), D, self.a))
        return (h + F.linear(inside, U, self.c)).to(h.dtype)


def kronecker(A: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """Σ_i A_i ⊗ s_i t_i^T.

    >>> kronecker(torch.eye(2)[None], torch.tensor([[1.0]]), torch.tensor([[5.0]])).tolist()
    [[5.0, 0.0], [0.0, 5.0]]
    """
    return sum(torch.kron(a, torch.outer(left, right)) for a, left, right in zip(A, s, t, strict=True))
