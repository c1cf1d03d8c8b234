"""A mixing desk for one adapter: each kind of vector and each half of the blocks on or off, asked once."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ia3_teach.arithmetic.values import set_vectors, vectors
from ia3_teach.course.lesson.evaluate import accuracy
from ia3_teach.wording import short

if TYPE_CHECKING:
    from datasets import Dataset

Switches = tuple[bool, ...]
HALVES = ("lower blocks", "upper blocks")


@dataclass(frozen=True)
class Desk:
    """The vectors, {"l_k": (n_layers, d), ...}, and the accuracy at each position of the switches.

    Switches are the kinds in their order, then the lower and the upper half of the blocks.
    """

    values: Mapping[str, Tensor]
    accuracies: Mapping[Switches, float]

    @property
    def names(self) -> list[str]:
        """What the switches are called, in order."""
        return [*self.values, *HALVES]

    def at(self, switches: Switches) -> float:
        """The accuracy with these switches. Raises ValueError for another number of switches."""
        if switches not in self.accuracies:
            raise ValueError(
                f"the desk has the switches {short(', '.join(self.names))}; found {short(switches)}"
            )
        return self.accuracies[switches]


def switched(values: Mapping[str, Tensor], switches: Switches) -> dict[str, Tensor]:
    """A copy of the vectors, 1 wherever the kind or the half of the blocks is off.

    >>> switched({"l_k": torch.tensor([[3.0], [4.0]])}, (True, False, True))
    {'l_k': tensor([[1.],
            [4.]])}
    """
    *kinds, lower, upper = switches
    found = {}
    for (kind, l), on in zip(values.items(), kinds, strict=True):
        middle = len(l) // 2
        keeps = torch.tensor([on and (lower if layer < middle else upper) for layer in range(len(l))])
        found[kind] = torch.where(keeps[:, None], l, 1.0)
    return found


def turn_switches(model: nn.Module, tokenizer: Any, rows: "Dataset", name: str | None = None) -> Desk:
    """Ask the model for its answers to `rows` at every position of the switches; its vectors are put back."""
    values = vectors(model, name)
    found: dict[Switches, float] = {}
    seen: dict[bytes, float] = {}
    try:
        for switches in product((False, True), repeat=len(values) + 2):
            changed = switched(values, switches)
            key = b"".join((l != 1).any(dim=1).numpy().tobytes() for l in changed.values())
            if key not in seen:  # with all kinds or both halves off it is the frozen model again
                set_vectors(model, changed, name)
                seen[key] = accuracy(model, tokenizer, rows)
            found[switches] = seen[key]
    finally:
        set_vectors(model, values, name)
    return Desk(values, found)
