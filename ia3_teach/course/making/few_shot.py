"""The ablation of T-Few's losses (lesson 11): IA3 on tiny-bloom with 32 examples, some terms left out.

As in tables 4 to 8 of Liu et al. 2022. The pretrained vectors start where a training on the other held-out
tasks has left them; the paper's were pretrained on a mixture of tasks (section 3.4). Two methods have answers
of unlike length, as the paper's data sets do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ia3_teach.adapters import attach
from ia3_teach.arithmetic.values import set_vectors, vectors
from ia3_teach.course.shipped.models import load_model
from ia3_teach.course.shipped.results import Run
from ia3_teach.course.shipped.tasks import few_shot, label_names, labels_of, load_task, task_names
from ia3_teach.ia3 import IA3
from ia3_teach.t_few.choices import encode_choices
from ia3_teach.t_few.losses import t_few_terms
from ia3_teach.training.batches import Example
from ia3_teach.training.loop import fit

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MODEL, SHOTS = "tiny-bloom", 32
TASKS = ("formality", "sentiment", "plan")
EVERY = ("language_model", "length_normalised", "unlikelihood")
PRETRAINED = "pretrained LM+LN+UL"
TERMS: dict[str, tuple[str, ...]] = {
    "LM": EVERY[:1],
    "LM+LN": EVERY[:2],
    "LM+UL": EVERY[::2],
    "LM+LN+UL": EVERY,
    PRETRAINED: EVERY,
}
RATES = (3e-2, 1e-1, 3e-1)
LONG = {"formality": ("casual", "very formal and polite")}  # answers of one token and of six
LONG_TERMS = {f"{method} long": TERMS[method] for method in ("LM", "LM+LN+UL")}
PRETRAINING = {"rows_of_each_task": 480, "steps": 300, "learning_rate": 3e-2, "seed": 0}


def methods_of(task: str) -> list[str]:
    """The methods that a task is run with.

    >>> [method for method in methods_of("formality") if method not in methods_of("plan")]
    ['LM long', 'LM+LN+UL long']
    """
    return [*TERMS, *(LONG_TERMS if task in LONG else ())]


def is_few_shot(method: str) -> bool:
    """Whether a method is one of this table."""
    return method in TERMS or method in LONG_TERMS


def answered(splits: DatasetDict, run: Run) -> DatasetDict:
    """The splits with the answers that the run is about: the task's own, or the long ones."""
    if run.method not in LONG_TERMS:
        return splits
    from datasets import ClassLabel, Dataset, DatasetDict, Features

    names = ClassLabel(names=list(LONG[run.task]))
    return DatasetDict({
        split: Dataset.from_dict(rows.to_dict(), Features({**rows.features, "label": names}))
        for split, rows in splits.items()
    })  # fmt: skip


def adding(terms: Sequence[str]) -> Callable[[nn.Module, Sequence[Example]], Tensor]:
    """A loss for `fit`: the sum of some of `t_few_terms`, by their names."""

    def loss(model: nn.Module, examples: Sequence[Example]) -> Tensor:
        found = t_few_terms(model, examples)
        return torch.stack([getattr(found, term) for term in terms]).sum()

    return loss


def with_choices(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset) -> list[Example]:
    """Rows of a task as examples whose choices are its answer words."""
    words = [f" {name}" for name in label_names(rows)]
    return encode_choices(model, tokenizer, rows["prompt"], [words] * len(rows), labels_of(rows))


def train(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset, run: Run, steps: int
) -> None:
    """The vectors of a run: attached, started, trained with its losses."""
    attach(model, IA3())
    if run.method == PRETRAINED:
        set_vectors(model, pretrained(run.task))
    fit(
        model,
        with_choices(model, tokenizer, rows),
        steps=steps,
        learning_rate=run.learning_rate,
        seed=run.seed,
        loss=adding((TERMS | LONG_TERMS)[run.method]),
    )


@cache
def pretrained(task: str) -> dict[str, Tensor]:
    """{name: vector} after a training on all held-out tasks but this one, with all three losses."""
    model, tokenizer = load_model(MODEL)
    others = [load_task(name)["pool"] for name in task_names() if name != task]
    drawn = [few_shot(pool, PRETRAINING["rows_of_each_task"], PRETRAINING["seed"]) for pool in others]
    examples = [example for rows in drawn for example in with_choices(model, tokenizer, rows)]
    attach(model, IA3())
    how = {name: PRETRAINING[name] for name in ("steps", "learning_rate", "seed")}
    fit(model, examples, loss=adding(EVERY), **how)
    return vectors(model)
