"""AdapterFusion's module: frozen adapters behind one layer, and an attention over what they give."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.family.method import Adapter, Function, Parts, new
from ia3_teach.layer import features


class Mixture(Adapter):
    """Q, K and V (d, d), and the experts stacked: D (N, m, d), a (N, m), U (N, d, m), c (N, d)."""

    refusal = "a softmax over the adapters depends on the input"

    def __init__(self, layer: nn.Module, experts: Parts) -> None:
        super().__init__()
        d = features(layer)[1]
        self.Q, self.K, self.V = new(layer, d, d), new(layer, d, d), new(layer, d, d)
        for name, values in experts.items():
            self.register_buffer(name, values.to(self.Q.device, self.Q.dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The even mixture."""
        nn.init.zeros_(self.Q)
        nn.init.normal_(self.K, std=0.02)
        nn.init.eye_(self.V)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """Σ_n s_n V z_n."""
        y = inner(x)
        h = y.to(self.Q.dtype)
        inside = F.relu(torch.einsum("nmd,...d->...nm", self.D, h) + self.a)
        z = h[..., None, :] + torch.einsum("ndm,...nm->...nd", self.U, inside) + self.c
        s = torch.einsum("...d,...nd->...n", h @ self.Q.T, z @ self.K.T).softmax(-1)
        return ((s[..., None] * z).sum(-2) @ self.V.T).to(y.dtype)
