r"""IA3 whole, in small: layer, attach and merge. The library computes the same, checked and for many models.

y = l ⊙ (W x + b) on side `out` (keys and values), y = W (l ⊙ x) + b on side `in` (the inner feed-forward
activation); Liu et al. 2022, section 3.3. Nothing here is needed by anything else.
"""

import torch
from torch import Tensor, nn


class Scaled(nn.Module):
    """A frozen Linear with one learned vector l; x (..., d_in) -> (..., d_out)."""

    def __init__(self, linear: nn.Linear, side: str) -> None:
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.l = nn.Parameter(torch.ones(linear.out_features if side == "out" else linear.in_features))

    def forward(self, x: Tensor) -> Tensor:
        return self.l * self.linear(x) if self.side == "out" else self.linear(self.l * x)

    def merged(self) -> nn.Linear:
        """A plain Linear that computes the same: l ⊙ W and l ⊙ b, or W ⊙ l^T."""
        plain = nn.Linear(self.linear.in_features, self.linear.out_features, self.linear.bias is not None)
        l, (weight, bias) = self.l.detach(), (self.linear.weight, self.linear.bias)
        plain.weight.data = l[:, None] * weight if self.side == "out" else weight * l
        if bias is not None:
            plain.bias.data = l * bias if self.side == "out" else bias.clone()
        return plain


def attach(model: nn.Module, sites: dict[str, str]) -> None:
    """Freeze the model, and give each {path of a Linear: side} its vector.

    >>> model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    >>> attach(model, {"0": "out", "2": "in"})
    >>> [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    ['0.l', '2.l']
    """
    model.requires_grad_(False)
    for path, side in sites.items():
        model.set_submodule(path, Scaled(model.get_submodule(path), side))


def merge(model: nn.Module) -> None:
    """Replace every scaled layer by the plain Linear that computes the same."""
    for path, module in list(model.named_modules()):
        if isinstance(module, Scaled):
            model.set_submodule(path, module.merged())
