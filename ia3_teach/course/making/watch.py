"""A table of what pretraining adds: loss, and what a probe finds, stage by stage and step by step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from ia3_teach.course.making.probing import probe
from ia3_teach.course.shipped.results import append, read_runs
from ia3_teach.course.shipped.tasks import load_task, task_names

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedTokenizerBase

    from ia3_teach.course.making.recipes import Size

EVERY = 2000  # steps
EXAMPLES = 500


@dataclass(frozen=True)
class Progress:
    """One line: the mean loss since the line before, the accuracy of a probe on the validation split."""

    model: str
    stage: str
    step: int
    loss: float
    task: str
    probe: float


class Watch:
    """Called with a model and its losses so far; writes a line for each task now and then.

    Lines that the table has are not written again, so that a training that was cut off can go on.
    """

    def __init__(self, path: Path, name: str, tokenizer: PreTrainedTokenizerBase, size: Size) -> None:
        self.path, self.name, self.tokenizer, self.size = path, name, tokenizer, size
        ends = accumulate(stage.steps for stage in size.stages)
        self.marks = sorted({*ends, *range(EVERY, size.steps, EVERY)})

    def __call__(self, model: nn.Module, losses: list[float]) -> None:
        """Probe the model if it is time."""
        step = len(losses)
        if step not in self.marks:
            return
        known = {(line.model, line.step, line.task) for line in read_runs(self.path, Progress)}
        before = max((mark for mark in self.marks if mark < step), default=0)
        loss = round(sum(losses[before:]) / (step - before), 4)
        stage = self.size.stages[self.size.stage_of(step - 1)[0]].texts
        was_training = model.training
        model.eval()
        for task in task_names():
            if (self.name, step, task) not in known:
                found = probe(model, self.tokenizer, load_task(task), examples=EXAMPLES)
                append(self.path, Progress(self.name, stage, step, loss, task, round(found, 4)))
        model.train(was_training)
