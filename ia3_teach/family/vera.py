r"""VeRA: one frozen random pair for all layers, and two learned vectors for each of them.

y = W x + b + b' ⊙ B (d ⊙ A x).
Shapes: d (r,), b' (d_out,); frozen A (r, d_in), B (d_out, r). Count: r + d_out per layer.
Merged: W + diag(b') B diag(d) A. Start: d = 0.1 and b' = 0, the unchanged model.
Source: Kopiczko et al. 2024, "VeRA", section 3.1. A and B are cut from one pair for the largest layer, drawn
Kaiming-uniform from `seed`, as in PEFT (from another generator, so that their numbers differ). They are not
saved but drawn again; the adapter's file holds the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn

from ia3_teach.family.method import Change, new
from ia3_teach.family.pairs import LowRank
from ia3_teach.layer import features
from ia3_teach.wording import short

ORDINARY = 1024  # a rank for large models, only wasteful in a toy: taken in layers of any size


@dataclass(frozen=True)
class VeRA(LowRank):
    """The recipe: the rank, and the `seed` of the frozen pair; alpha has no part in it.

    >>> VeRA(r=256).size(d_in=4, d_out=3)
    259
    """

    r: int = 256
    seed: int = 0

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """The vectors of each layer, all around one pair."""
        plan = super().plan(model)
        sizes = [features(adapter.frozen[0]) for adapter in plan.values()]
        largest = tuple(max(size) for size in zip(*sizes, strict=True))
        for adapter in plan.values():
            adapter.cut_pair(largest)
        return plan

    def adapter(self, layer: nn.Module) -> Scaled:
        """The vectors of one layer."""
        return Scaled(layer, self.r, self.seed)

    def size(self, d_in: int, d_out: int) -> int:
        """r + d_out."""
        return self.r + d_out


class Scaled(Change):
    """Δ = diag(b') B diag(d) A."""

    def __init__(self, layer: nn.Module, r: int, seed: int) -> None:
        super().__init__(layer)
        d_in, d_out = features(layer)
        if r > max(d_in * d_out, ORDINARY):  # the rank of a drawn pair, often above both sides of the layer
            raise ValueError(
                f"r={short(r)} is more than the {d_in * d_out:,} entries of a layer; take a smaller r"
            )
        self.d, self.b, self.seed = new(layer, r), new(layer, features(layer)[1]), seed
        self.cut_pair(features(layer))

    def cut_pair(self, largest: tuple[int, int]) -> None:
        """A and B from the pair for a layer of the size `largest`."""
        self.largest, (d_in, d_out) = largest, features(self.frozen[0])
        A, B = frozen_pair(self.seed, len(self.d), *largest)
        for name, matrix in {"A": A[:, :d_in], "B": B[:d_out]}.items():
            self.register_buffer(name, matrix.to(self.d.device, self.d.dtype), persistent=False)
        self.reset_vectors()

    def reset_parameters(self) -> None:
        """The unchanged model; the pair is drawn again, for a model that was given memory."""
        self.cut_pair(self.largest)

    def reset_vectors(self) -> None:
        """d = 0.1 and b' = 0."""
        nn.init.constant_(self.d, 0.1)
        nn.init.zeros_(self.b)

    def delta(self) -> Tensor:
        """diag(b') B diag(d) A."""
        return self.b[:, None] * self.B @ (self.d[:, None] * self.A)

    def change(self, x: Tensor) -> Tensor:
        """b' ⊙ B (d ⊙ A x)."""
        return self.b * ((self.d * (x @ self.A.T)) @ self.B.T)


@lru_cache(maxsize=1)
def frozen_pair(seed: int, r: int, d_in: int, d_out: int) -> tuple[Tensor, Tensor]:
    """A (r, d_in) and B (d_out, r), the same wherever they are drawn.

    >>> torch.equal(frozen_pair(1, 2, 3, 4)[0], frozen_pair(1, 2, 3, 4)[0])
    True
    """
    source = torch.Generator().manual_seed(seed)
    pair = torch.empty(r, d_in, device="cpu"), torch.empty(d_out, r, device="cpu")
    for matrix in pair:
        nn.init.kaiming_uniform_(matrix, generator=source)
    return pair
