r"""LayerNorm tuning: train the weights and biases of the norms alone.

y = (γ + δ) ⊙ (x - μ) / σ + (β + ε), or without μ and β where the norm is an RMSNorm.
Shapes: δ and ε (d_model,). Count: 2 d_model per LayerNorm, d_model per RMSNorm. Merged: γ + δ and β + ε.
Start: δ = ε = 0, the unchanged model.
Source: Zhao et al. 2023, "Tuning LayerNorm in Attention", section 3. PEFT: LNTuningConfig trains copies of γ
and β, which weight decay pulls towards 0 instead of towards the pretrained ones, and leaves BLOOM's norm of
the embeddings out by default; here all norms of the base are taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn
from torch.func import functional_call

from ia3_teach.family.method import Adapter, Function, Method, new
from ia3_teach.family.roles import block_of, norms_of
from ia3_teach.formulas import stacks


@dataclass(frozen=True)
class LayerNormTuning(Method):
    """The recipe; it takes all norms of the model's base."""

    form = "select"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False

    def carriers(self, model: nn.Module) -> Mapping[str, nn.Module]:
        """The norms. Raises ValueError for a model without."""
        found = norms_of(model)
        if not found:
            raise ValueError("the model has no norm with weights, so there is nothing to train")
        return found

    def paths(self, model: nn.Module) -> list[str]:
        """All of them, unless the caller named some."""
        return list(self.carriers(model)) if self.sites is None else super().paths(model)

    def adapter(self, layer: nn.Module) -> NormChange:
        """δ and ε of one norm."""
        return NormChange(layer)

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """Norms times 2 d_model, or d_model."""
        if self.sites is not None:
            return None
        block, each = block_of(config), config.hidden_size * (2 if block_of(config).biased else 1)
        counts = [n * (block.norms + crossed) + block.norms_beside for n, crossed in stacks(config)]
        return f"({' + '.join(map(str, counts))}) x {each:,}", sum(counts) * each


class NormChange(Adapter):
    """δ and, where the norm has a bias, ε.

    >>> [name for name, _ in NormChange(nn.RMSNorm(2)).named_parameters()]
    ['weight']
    """

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.frozen = (layer,)
        for name, parameter in layer.named_parameters():
            self.register_parameter(name, new(layer, len(parameter)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        for parameter in self.parameters():
            nn.init.zeros_(parameter)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """inner(x), and what the norm gives more with γ + δ and β + ε than without."""
        (norm,), y = self.frozen, inner(x)
        moved = {name: getattr(norm, name).detach() + own for name, own in self.named_parameters()}
        return (y + (functional_call(norm, moved, (x,)) - norm(x))).to(y.dtype)

    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """γ + δ and β + ε."""
        moved = {name: own.detach().to(weight.dtype) for name, own in self.named_parameters()}
        return weight + moved["weight"], None if bias is None else bias + moved["bias"]
