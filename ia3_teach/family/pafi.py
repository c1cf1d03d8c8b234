r"""PaFi: train the entries of the weights that are smallest, the same ones for every task.

y = (W + Δ) x + b with Δ = 0 outside the mask. Shapes: values (k,) per layer, W (d_out, d_in).
Count: the share of all entries, rounded down. Merged: W + Δ. Start: Δ = 0, the unchanged model.
Source: Liao, Meng and Monz 2023, "Parameter-Efficient Fine-Tuning without Introducing New Latency", section
3.1. No data is needed to choose, so that one mask serves all tasks. Here the weights of the blocks' Linears
compete, not all of the model's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from ia3_teach.family.masks import Chosen, Sparse, magnitudes, top


@dataclass(frozen=True)
class PaFi(Sparse):
    """The recipe: the share.

    >>> linear = nn.Linear(2, 1)
    >>> _ = linear.weight.data.copy_(linear.weight.new_tensor([[-3, 1]]))
    >>> PaFi(share=0.5).choose({"0": linear})["0"].tolist()
    [1]
    """

    def choose(self, layers: Mapping[str, nn.Module]) -> Chosen:
        """The smallest |W|."""
        return top({path: -size for path, size in magnitudes(layers).items()}, self.share)
