r"""FISH mask: train the entries of the weights with the most Fisher information.

F_j = 1/N Σ_n (∂ log p(y_n | x_n) / ∂ W_j)², and the mask is the top share of all entries together.
y = (W + Δ) x + b with Δ = 0 outside the mask. Shapes: values (k,) per layer, W (d_out, d_in).
Count: the share of all entries, rounded down. Merged: W + Δ. Start: Δ = 0, the unchanged model.
Source: Sung et al. 2021, "Training Neural Networks with Fixed Sparse Masks", section 3 (equation 4, with the
data's labels). One example at a time: the square comes before the mean. The official code also has the mean
over labels drawn from the model, charges a new classifier to the budget, and masks gradients, so that AdamW's
decay moves what is masked. Child-Tuning's task-driven form is the same mask with a share of 0.1 to 0.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from ia3_teach.family.masks import Chosen, Sparse, top
from ia3_teach.family.trial import trial_texts
from ia3_teach.training.batches import Example
from ia3_teach.training.loop import labels_loss
from ia3_teach.training.mode import in_mode

Loss = Callable[[nn.Module, Sequence[Example]], Tensor]


@dataclass(frozen=True)
class FishMask(Sparse):
    """The recipe: the share, and the entries that `FishMask.of` has chosen on data.

    >>> model = nn.Sequential(nn.Linear(2, 1))
    >>> def loss(model: nn.Module, examples: Sequence[Example]) -> Tensor:
    ...     return model(torch.tensor([example["x"] for example in examples])).sum()
    >>> FishMask.of(model, [{"x": [1.0, 3.0]}], loss, share=0.5, sites=["0"]).chosen
    {'0': tensor([1])}
    """

    @classmethod
    def of(cls, model: nn.Module, data: Sequence[Example], loss: Loss = labels_loss, **settings) -> FishMask:
        """Choose on these examples; `settings` are those of the recipe. The model stays as it is."""
        recipe = cls(**settings, chosen={})
        layers = recipe.places(model)
        return replace(recipe, chosen=top(fisher(model, layers, data, loss), recipe.share))

    def choose(self, layers: Mapping[str, nn.Module]) -> Chosen:
        """Not without data. Raises ValueError."""
        raise ValueError(
            f"its entries are chosen on data; make the recipe by {type(self).__name__}.of(model, data)"
        )

    @classmethod
    def example(cls, model: nn.Module) -> FishMask:
        """Chosen on two short texts."""
        return cls.of(model, trial_texts(model), share=0.05)


def fisher(model: nn.Module, layers: Mapping[str, nn.Module], data: Sequence[Example], loss: Loss) -> Chosen:
    """{path: F (d_out, d_in)}, each example by itself. Raises ValueError without data."""
    if not data:
        raise ValueError("there are no examples to take the Fisher information of")
    weights = [layer.weight for layer in layers.values()]
    total = [torch.zeros_like(weight) for weight in weights]
    with in_mode(model, training=False), asking(weights):
        for example in data:
            gradients = torch.autograd.grad(loss(model, [example]), weights)
            for mine, gradient in zip(total, gradients, strict=True):
                mine += gradient.square() / len(data)
    turned = [
        F if isinstance(layer, nn.Linear) else F.T for F, layer in zip(total, layers.values(), strict=True)
    ]
    return dict(zip(layers, turned, strict=True))


@contextmanager
def asking(weights: Sequence[nn.Parameter]) -> Iterator[None]:
    """Inside this context these weights have gradients."""
    before = [weight.requires_grad for weight in weights]
    for weight in weights:
        weight.requires_grad_(True)
    try:
        yield
    finally:
        for weight, asked in zip(weights, before, strict=True):
            weight.requires_grad_(asked)
