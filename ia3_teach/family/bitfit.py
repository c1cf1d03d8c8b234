r"""BitFit: train the biases alone, y = W x + (b + δ).

Shapes: δ (d_out,) per Linear and (d,) per LayerNorm. Count: the number of biases in the blocks.
Start: δ = 0, the unchanged model. Merged: b' = b + δ.
Source: Ben Zaken et al. 2021, "BitFit", section 3. What is learned is kept as a difference δ: the gradient is
that of b, but weight decay pulls towards the pretrained bias, where the official code, which trains b itself,
pulls it towards 0. Of bert-base's 102,912 biases 1,536 lie outside the blocks and are left out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from ia3_teach.family.method import Adapter, Function, Method, new
from ia3_teach.family.roles import block_of, linears_of, norms_of, widths
from ia3_teach.layer import linear_layers
from ia3_teach.sites.targets import block_number


@dataclass(frozen=True)
class BitFit(Method):
    """The recipe; it takes every Linear and every norm of the blocks that has a bias."""

    form = "select"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False

    def carriers(self, model: nn.Module) -> Mapping[str, nn.Module]:
        """Linears and norms that have a bias. Raises ValueError for a model without, such as T5."""
        found = linear_layers(model) | norms_of(model)
        biased = {path: layer for path, layer in found.items() if getattr(layer, "bias", None) is not None}
        if not biased:
            raise ValueError("the model has no biases, so there is nothing that BitFit could train; take SSF")
        return biased

    def paths(self, model: nn.Module) -> list[str]:
        """Those in the blocks, unless the caller named some."""
        biased = self.carriers(model)
        if self.sites is not None:
            return super().paths(model)
        mine = {*linears_of(model, self.roles), *norms_of(model)}
        found = [path for path in biased if path in mine and block_number(path) is not None]
        if not found:
            raise ValueError("no layer in the model's blocks has a bias that BitFit could train; take SSF")
        return found

    def adapter(self, layer: nn.Module) -> Shift:
        """δ of one layer."""
        return Shift(layer)

    def size(self, d_in: int, d_out: int) -> int:
        """d_out."""
        return d_out

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """n_layers (Σ d_out + norms d_model); None where not all Linears of a block have a bias."""
        if self.sites is not None or not block_of(config).biased:
            return None
        norms = block_of(config).norms * config.hidden_size
        ((n, pairs),) = widths(config, self.roles)
        sizes = [d_out for _, d_out in pairs]
        text = " + ".join(f"{size:,}" for size in [*sizes, norms])
        return f"{n} x ({text})", n * (sum(sizes) + norms)


class Shift(Adapter):
    """δ, in the shape of the layer's bias.

    >>> Shift(nn.LayerNorm(2)).delta.tolist()
    [0.0, 0.0]
    """

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.delta = new(layer, len(layer.bias))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        nn.init.zeros_(self.delta)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """inner(x) + δ."""
        y = inner(x)
        return (y + self.delta).to(y.dtype)

    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The weight stays; b + δ."""
        shift = self.delta.detach().to(weight.dtype)
        return weight, shift if bias is None else bias + shift
