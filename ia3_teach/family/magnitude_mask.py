r"""Magnitude mask: train the entries of the weights that are largest, the second control.

y = (W + Δ) x + b with Δ = 0 outside the mask. Shapes: values (k,) per layer, W (d_out, d_in).
Count: the share of all entries, rounded down. Merged: W + Δ. Start: Δ = 0, the unchanged model.
Source: the control by |θ| in Guo et al. 2021, "Parameter-Efficient Transfer Learning with Diff Pruning", and
in Sung et al. 2021, section 4. There it is the whole model's entries that compete; here those of its blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from ia3_teach.family.masks import Chosen, Sparse, magnitudes, top


@dataclass(frozen=True)
class MagnitudeMask(Sparse):
    """The recipe: the share.

    >>> linear = nn.Linear(2, 1)
    >>> _ = linear.weight.data.copy_(linear.weight.new_tensor([[-3, 1]]))
    >>> MagnitudeMask(share=0.5).choose({"0": linear})["0"].tolist()
    [0]
    """

    def choose(self, layers: Mapping[str, nn.Module]) -> Chosen:
        """The largest |W|."""
        return top(magnitudes(layers), self.share)
