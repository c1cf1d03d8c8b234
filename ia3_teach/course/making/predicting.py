"""One prediction as something that can be done again and again: all that is not the model's is ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.course.lesson.evaluate import answer_ids, is_classifier
from ia3_teach.course.lesson.in_context import next_log_p
from ia3_teach.course.shipped.tasks import examples_text, label_names
from ia3_teach.t_few.answers import choice_scores, inputs
from ia3_teach.training.mode import in_mode
from ia3_teach.training.texts import ids_after, open_ids

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import Cache, PreTrainedModel, PreTrainedTokenizerBase

Prediction = Callable[[], Tensor]


def ids_of(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, row: Dataset) -> list[int]:
    """What a model reads of one row: the text, where it classifies, or the prompt."""
    if is_classifier(model):
        return tokenizer(row["text"][0])["input_ids"]
    return open_ids(tokenizer, row["prompt"])[0]


def tokens_of(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, row: Dataset) -> int:
    """How many tokens that is."""
    return len(ids_of(model, tokenizer, row))


def prediction(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, row: Dataset) -> Prediction:
    """The scores of the labels of one row, (1, n_labels), as `scores` computes them."""
    ids = ids_of(model, tokenizer, row)
    if not is_classifier(model):
        example = {"input_ids": ids, "choices": answer_ids(tokenizer, label_names(row))}
        return lambda: choice_scores(model, [example])

    @torch.no_grad()
    def classify() -> Tensor:
        with in_mode(model, training=False):
            return model(**inputs([ids], model)).logits

    return classify


def reading(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, shots: Dataset
) -> Callable[[], Cache]:
    """Reading the examples, for their keys and values."""
    before = torch.tensor(open_ids(tokenizer, [examples_text(shots)]))

    @torch.no_grad()
    def read() -> Cache:
        return model(input_ids=before, use_cache=True).past_key_values

    return read


def kept_for(cache: Cache) -> int:
    """The bytes of all keys and values."""
    return sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)


def prediction_after(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    cache: Cache,
    shots: Dataset,
    row: Dataset,
) -> tuple[Prediction, int]:
    """The scores of one row's answers after examples that were read, as `scores_after` computes them; and how
    many tokens are read for it.
    """
    answers = [answer[0] for answer in answer_ids(tokenizer, label_names(row))]
    prompt = ids_after(tokenizer, examples_text(shots), row["prompt"])
    read = cache.get_seq_length()

    @torch.no_grad()
    def ask() -> Tensor:
        return next_log_p(model, cache, read, prompt)[:, answers]

    return ask, len(prompt[0])
