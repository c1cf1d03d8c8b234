r"""Random mask: train entries of the weights that were drawn by lot, the control of every other mask.

y = (W + Δ) x + b with Δ = 0 outside the mask. Shapes: values (k,) per layer, W (d_out, d_in).
Count: the share of all entries, rounded down. Merged: W + Δ. Start: Δ = 0, the unchanged model.
Source: the control in Sung et al. 2021, "Training Neural Networks with Fixed Sparse Masks", section 4. There
the mask lies on the gradient, and the optimizer's decay moves what it hides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import nn

from ia3_teach.family.masks import Chosen, Sparse, top


@dataclass(frozen=True)
class RandomMask(Sparse):
    """The recipe: the share, and the `seed` of the draw.

    >>> a, b = (RandomMask(share=0.5).choose({"0": nn.Linear(4, 4)}) for _ in range(2))
    >>> torch.equal(a["0"], b["0"]), len(a["0"])
    (True, 8)
    """

    seed: int = 0

    def choose(self, layers: Mapping[str, nn.Module]) -> Chosen:
        """By lot."""
        source = torch.Generator().manual_seed(self.seed)
        shapes = {path: tuple(layer.weight.shape) for path, layer in layers.items()}
        return top({path: torch.rand(shape, generator=source) for path, shape in shapes.items()}, self.share)
