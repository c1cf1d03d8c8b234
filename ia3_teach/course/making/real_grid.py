"""The grid on real models: do the claims about examples in context, IA3, LoRA and the others hold there?

The first models are those that `python -m ia3_teach get` brings; the tiny ones stand here with what runs.csv
lacks. The cells come in the order of their worth, so that a stopped run has the best of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ia3_teach.course.making.asking import is_asked
from ia3_teach.course.making.grid import SEEDS, Cell
from ia3_teach.course.making.methods import REAL_METHODS
from ia3_teach.course.shipped.tasks import task_names

DECODER, ENCODER = "smollm2-135m", "minilm-l6"
EXAMPLES = (1, 2, 4, 8, 16)  # in context
WAYS = ("", "_content_free", "_unlabelled")
IN_RUNS = {("tiny-bloom", "zero_shot", 0), ("tiny-bloom", "in_context", 4)}  # runs.csv has these
DRAWN_ONCE = ("zero_shot", "zero_shot_content_free", "zero_shot_chat")  # nothing is drawn at random
TRAINED = (
    (32, ("ia3", "lora")),
    (32, ("full", "prompt_tuning", "head", "bitfit")),
    (256, ("ia3", "lora")),
    (256, ("full", "prompt_tuning", "head", "bitfit")),
)


class RealCell(Cell):
    """An entry of the table of real models."""

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rates that are tried; 0 where nothing is trained."""
        if is_asked(self.method):
            return (0.0,)
        return REAL_METHODS[self.model][self.method].learning_rates

    @property
    def seeds(self) -> Sequence[int]:
        """The seeds; one where nothing is drawn."""
        return SEEDS[:1] if self.method in DRAWN_ONCE else SEEDS


def real_cells() -> list[RealCell]:
    """The cells, the most telling first."""
    found = [
        RealCell(task, *rest) for model in REAL_METHODS for rest in stages(model) for task in task_names()
    ]
    return [cell for cell in found if (cell.model, cell.method, cell.shots) not in IN_RUNS]


def stages(model: str) -> Iterator[tuple[str, str, int]]:
    """(model, method, examples), in the order of their worth."""
    if model in (DECODER, "tiny-bloom"):
        yield from ((model, f"zero_shot{way}", 0) for way in WAYS)
        yield from ((model, f"in_context{way}", shots) for shots in EXAMPLES for way in WAYS)
    if model == DECODER:
        yield model, "zero_shot_chat", 0
    for shots, methods in TRAINED:
        if shots == 32 or model in (DECODER, ENCODER):
            yield from ((model, method, shots) for method in methods if method in REAL_METHODS[model])
