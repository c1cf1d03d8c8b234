"""The ways to use a few examples, each as two things that can be done: one prediction, and a step beforehand.

A frozen language model without examples, after some that it reads each time (`in_context`) or only once
(`in_context_cached`); and each trained method. An encoder has the trained ones alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from ia3_teach.counting import count
from ia3_teach.course.lesson.evaluate import encode
from ia3_teach.course.lesson.memory import memory_of
from ia3_teach.course.making.asking import drawn, splits_of
from ia3_teach.course.making.family_costs import BATCH, TASK, loaded, stepping
from ia3_teach.course.making.grid import STEPS
from ia3_teach.course.making.measuring import DECODERS, method_of
from ia3_teach.course.making.methods import METHODS, REAL_METHODS
from ia3_teach.course.making.predicting import kept_for, prediction, prediction_after, reading, tokens_of
from ia3_teach.course.making.real_grid import EXAMPLES
from ia3_teach.course.shipped.results import Run
from ia3_teach.course.shipped.tasks import few_shot, with_examples
from ia3_teach.training.batches import collate
from ia3_teach.training.mode import in_mode

if TYPE_CHECKING:
    from datasets import Dataset
    from torch import nn
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

SHOTS, NUMBER = 32, 4  # examples to train on; bytes of a token's number, or of a trained value
READ_ANEW, READ_ONCE = "in_context", "in_context_cached"
TRAINED = ("head", "ia3", "lora", "bitfit", "prompt_tuning", "full")


@dataclass(frozen=True)
class Way:
    """One prediction, of so many tokens; what stays between two of them, in bytes; and what is done before:
    `steps` times `step`, which holds `step_held` bytes beside the weights, None where it can be watched.
    """

    ask: Callable[[], object]
    tokens: int
    values: int = 0
    stored: int = 0
    steps: int = 0
    step: Callable[[], object] | None = None
    step_held: int | None = None


def ways_on(model: str) -> list[tuple[str, int]]:
    """(method, number of examples) of each way that was compared on a model.

    >>> ways_on("minilm-l6")[:2], len(ways_on("smollm2-135m"))
    ([('head', 32), ('ia3', 32)], 15)
    """
    there = METHODS.get(model, {}).keys() | REAL_METHODS.get(model, {}).keys()
    trained = [(method, SHOTS) for method in TRAINED if method in there]
    if model not in DECODERS:
        return trained
    return [("zero_shot", 0), *((way, n) for way in (READ_ANEW, READ_ONCE) for n in EXAMPLES), *trained]


def way_of(name: str, method: str, shots: int) -> Way:
    """A way on a fresh model, with the first draw of the examples.

    Raises ValueError, naming the verb that fetches it, for a model that is not on this machine.
    """
    model, tokenizer = loaded(name)
    if method == READ_ANEW:
        return read_anew(model, tokenizer, drawn(splits_of(TASK)["pool"], shots, seed=0))
    if method == READ_ONCE:
        return read_once(model, tokenizer, drawn(splits_of(TASK)["pool"], shots, seed=0))
    if method in TRAINED:
        return trained(model, tokenizer, Run(TASK, name, method, shots, 0, 0.0))
    return bare(model, tokenizer)


def question() -> Dataset:
    """A row of the test split: the first of those whose text has the length that lies in the middle."""
    rows = splits_of(TASK)["test"]
    lengths = [len(text) for text in rows["text"]]
    return rows.select([lengths.index(sorted(lengths)[len(lengths) // 2])])


def bare(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Way:
    """The frozen model, and no examples."""
    return Way(prediction(model, tokenizer, question()), tokens_of(model, tokenizer, question()))


def read_anew(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, shots: Dataset) -> Way:
    """The examples stand before each question; their token numbers are kept."""
    row = with_examples(question(), shots)
    tokens, alone = (tokens_of(model, tokenizer, each) for each in (row, question()))
    return Way(prediction(model, tokenizer, row), tokens, stored=NUMBER * (tokens - alone))


def read_once(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, shots: Dataset) -> Way:
    """The examples are read once; their keys and values are kept."""
    read = reading(model, tokenizer, shots)
    cache = read()
    ask, tokens = prediction_after(model, tokenizer, cache, shots, question())
    return Way(ask, tokens, stored=kept_for(cache), steps=1, step=read)


def trained(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, run: Run) -> Way:
    """What the run's method makes of the model; its values are kept."""
    examples = encode(model, tokenizer, few_shot(splits_of(TASK)["pool"], BATCH, seed=0))
    batch = collate(examples, model)
    method_of(run).prepare(model, examples)
    bill, values = memory_of(model, batch), count(model).trainable
    ask, tokens = prediction(model, tokenizer, question()), tokens_of(model, tokenizer, question())
    step, held = in_training(model, stepping(model, batch)), sum(bill.values()) - bill["weights"]
    return Way(ask, tokens, values, NUMBER * values, STEPS[run.shots], step, held)


def in_training(model: nn.Module, step: Callable[[], None]) -> Callable[[], None]:
    """The step with dropout and gradients, whatever is on outside."""

    def train() -> None:
        with in_mode(model, training=True), torch.enable_grad():
            step()

    return train
