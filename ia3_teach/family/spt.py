r"""SPT: the most sensitive entries of the weights are trained; where they crowd, a LoRA takes their place.

Sensitivity s_j = Σ_n (∂ loss_n / ∂ W_j)²; the top share of all entries together are sensitive. A layer with
at least r (d_in + d_out) of them gets y = (W + B A) x + b, any other y = (W + Δ) x + b with Δ on them alone.
Shapes: values (k,), or A (r, d_in) and B (d_out, r). Count: min(k, r (d_in + d_out)) per layer.
Merged: W + Δ or W + B A. Start: Δ = 0, or A Kaiming-uniform and B = 0, the unchanged model.
Source: He et al. 2023, "Sensitivity-Aware Visual Parameter-Efficient Fine-Tuning", sections 3.2 and 3.3. The
official code (ziplab/SPT, engine.py) squares the gradients of whole batches, gives a layer its LoRA from a
fifth of those values on, and does the like with norms and biases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from torch import Tensor, nn

from ia3_teach.amounts import whole
from ia3_teach.family.fish_mask import FishMask, fisher
from ia3_teach.family.masks import Entries, places_in, top
from ia3_teach.family.method import Parts, Settings
from ia3_teach.family.pairs import Pair
from ia3_teach.layer import features
from ia3_teach.training.batches import Example
from ia3_teach.training.loop import labels_loss

Loss = Callable[[nn.Module, Sequence[Example]], Tensor]


@dataclass(frozen=True)
class SPT(FishMask):
    """The recipe: the share, the rank `r`, and what `SPT.of` has chosen on data.

    >>> import torch
    >>> linear = nn.Linear(4, 3)
    >>> [SPT(r=2).crowded(torch.arange(number), linear) for number in (13, 14)]
    [False, True]
    """

    r: int = 8
    counts: Mapping[str, int] = field(default_factory=dict, repr=False)  # of values, by layer

    def __post_init__(self) -> None:
        """Refuse a rank that is no whole number."""
        super().__post_init__()
        whole("r", self.r, least=1)

    @classmethod
    def of(cls, model: nn.Module, data: Sequence[Example], loss: Loss = labels_loss, **settings) -> SPT:
        """Choose on these examples; the model stays as it is."""
        recipe = cls(**settings, chosen={})
        layers = recipe.places(model)
        found = top(fisher(model, layers, data, loss), recipe.share)
        chosen = {path: index for path, index in found.items() if not recipe.crowded(index, layers[path])}
        pairs = {path: recipe.r * sum(features(layers[path])) for path in found if path not in chosen}
        counts = pairs | {path: len(index) for path, index in chosen.items() if len(index)}
        return cls(**settings, chosen=chosen, counts=counts)

    def crowded(self, index: Tensor, layer: nn.Module) -> bool:
        """Whether a LoRA of this layer has no more values than are sensitive."""
        return len(index) >= self.r * sum(features(layer))

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """A pair or entries for each layer. Raises ValueError without data."""
        chosen = self.choose({}) if self.chosen is None else self.chosen
        layers = {path: layer for path, layer in self.places(model).items() if path in self.counts}
        return {
            path: Entries(layer, chosen[path]) if path in chosen else Pair(layer, self.r)
            for path, layer in layers.items()
        }

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """min(k, r (d_in + d_out)) for each layer, k having been counted on the data."""
        return " + ".join(f"{number:,}" for number in self.counts.values()), sum(self.counts.values())

    def settings(self) -> dict[str, object]:
        """Share and rank; the rest is in the tensors."""
        return {"share": self.share, "r": self.r}

    @classmethod
    def from_file(cls, settings: Settings, sites: Mapping[str, Parts], heads: Sequence[str]) -> SPT:
        """With the places of the file, and pairs where it has some."""
        chosen = {path: places_in(parts) for path, parts in sites.items() if "index" in parts}
        trained = {path: [p for name, p in parts.items() if name != "index"] for path, parts in sites.items()}
        counts = {path: sum(prod(p.shape) for p in parts) for path, parts in trained.items()}
        return cls(**settings, sites=tuple(sites), modules_to_save=heads, chosen=chosen, counts=counts)
