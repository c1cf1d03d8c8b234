"""The answers of a model along the dial, computed once; pictures and the slider only look them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ia3_teach.arithmetic.values import dial
from ia3_teach.course.lesson.evaluate import scores
from ia3_teach.wording import short

if TYPE_CHECKING:
    from datasets import Dataset

STOPS = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
FINE = tuple(step / 4 for step in range(-4, 13))
OTHER_WORDS = "any other word"


@dataclass(frozen=True)
class DialGrid:
    """Answers of a model at the settings `stops`: `chances` has shape (n_stops, n_texts, n_words)."""

    texts: Sequence[str]
    words: Sequence[str]
    chances: Tensor
    stops: Sequence[float] = FINE

    def at(self, strength: float, row: int) -> list[float]:
        """The chance of each word for one text; the last entry is that of all other words together.

        Raises ValueError for a setting that is no stop.
        """
        if strength not in self.stops:
            raise ValueError(
                f"the dial has the stops {short(', '.join(map(str, self.stops)))}; found {short(strength)}"
            )
        chances = self.chances[list(self.stops).index(strength), row].tolist()
        return [*chances, max(0.0, 1 - sum(chances))]

    def margin(self, row: int) -> Tensor:
        """log p(last word) - log p(first word) at each stop, shape (n_stops,)."""
        logs = self.chances[:, row].clamp_min(1e-12).log()
        return logs[:, -1] - logs[:, 0]


def turn_dial(model: nn.Module, tokenizer: Any, rows: "Dataset", stops: Sequence[float] = FINE) -> DialGrid:
    """Ask a language model for its answers to `rows` at each stop of the dial; its vectors are put back."""
    found = []
    for strength in stops:
        with dial(model, strength):
            found.append(scores(model, tokenizer, rows).exp())
    return DialGrid(list(rows["text"]), rows.features["label"].names, torch.stack(found), tuple(stops))
