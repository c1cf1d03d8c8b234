"""What a frozen language model answers: without examples or after some, plain or freed of the answers' bias.

A method is a beginning (`zero_shot`, `in_context`) and an ending: none, `_content_free` (the bias measured on
texts that say nothing), `_unlabelled` (on texts of the pool, their labels unread), or `_chat` (the question
in the model's own template).
"""

from __future__ import annotations

import random
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from torch import Tensor, tensor

from ia3_teach.course.lesson.calibration import CONTENT_FREE, bias_of, without_bias
from ia3_teach.course.lesson.evaluate import scores
from ia3_teach.course.lesson.in_context import scores_after
from ia3_teach.course.shipped.models import load_model
from ia3_teach.course.shipped.tasks import PROMPT_END, few_shot, label_names, labels_of, load_task
from ia3_teach.t_few.answers import choice_scores
from ia3_teach.training.texts import ids_after, open_ids

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from ia3_teach.course.shipped.results import Run

BEGINNINGS = ("zero_shot", "in_context")
UNLABELLED = 64  # texts of the pool that the bias is measured on
splits_of = cache(load_task)


def is_asked(method: str) -> bool:
    """Whether the method trains nothing.

    >>> is_asked("in_context_content_free"), is_asked("ia3")
    (True, False)
    """
    return method.startswith(BEGINNINGS)


def share_right(run: Run, device: str = "cpu") -> float:
    """The test accuracy of a run that trains nothing."""
    rows = splits_of(run.task)["test"]
    if run.method.endswith("_chat"):
        found = chat_scores(*frozen(run.model, device), rows)
    else:
        found = freed(run, device)
    return (found.argmax(-1) == tensor(labels_of(rows))).float().mean().item()


@lru_cache(maxsize=1)
def frozen(name: str, device: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """A model that nobody changes, kept: a real one takes seconds to load."""
    model, tokenizer = load_model(name)
    return model.to(device), tokenizer


def freed(run: Run, device: str) -> Tensor:
    """The scores of the test rows; without the bias where the method says so."""
    seed = run.seed if run.shots else 0
    found = plain_scores(run.task, run.model, run.shots, seed, device)
    texts = bias_texts(run)
    if texts is None:
        return found
    shots = drawn(splits_of(run.task)["pool"], run.shots, run.seed)
    return without_bias(found, bias_of(scored(*frozen(run.model, device), shots, texts)))


@lru_cache(maxsize=1)
def plain_scores(task: str, model: str, shots: int, seed: int, device: str) -> Tensor:
    """Log-probabilities of the answers to the test rows, kept for the ways to take the bias out."""
    splits = splits_of(task)
    return scored(*frozen(model, device), drawn(splits["pool"], shots, seed), splits["test"])


def scored(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, shots: Dataset | None, rows: Dataset
) -> Tensor:
    """The score of each answer, (n_rows, n_labels), after the examples if there are any."""
    return scores(model, tokenizer, rows) if shots is None else scores_after(model, tokenizer, shots, rows)


def drawn(rows: Dataset, n: int, seed: int) -> Dataset | None:
    """n rows in a random order, as many of each label as possible; of 1 row nothing is balanced."""
    if n == 0:
        return None
    return few_shot(rows, max(n, len(label_names(rows))), seed).select(range(n))


def bias_texts(run: Run) -> Dataset | None:
    """The rows on which the method measures the bias; None where it takes none out."""
    splits = splits_of(run.task)
    if run.method.endswith("_content_free"):
        first = splits["test"][0]
        asking = first["prompt"][len(first["text"]) :]
        rows = splits["test"].select(range(len(CONTENT_FREE))).remove_columns("prompt")
        return rows.add_column("prompt", [text + asking for text in CONTENT_FREE])
    if run.method.endswith("_unlabelled"):
        pool = splits["pool"]
        return pool.select(random.Random(f"unlabelled {run.seed}").sample(range(len(pool)), UNLABELLED))
    return None


def chat_scores(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset) -> Tensor:
    """The mean log-probability of each answer word where the model's own template lets it answer."""
    asked = [prompt.removesuffix(PROMPT_END).strip() for prompt in rows["prompt"]]
    prompts = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True
        )
        for text in asked
    ]
    choices = ids_after(tokenizer, prompts[0], label_names(rows))
    examples = [{"input_ids": ids, "choices": choices} for ids in open_ids(tokenizer, prompts)]
    return choice_scores(model, examples, batch_size=64)
