"""Asking a frozen model after solved examples, which it reads once for all rows."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.course.lesson.evaluate import answer_ids
from ia3_teach.course.shipped.tasks import examples_text, label_names
from ia3_teach.t_few.answers import inputs
from ia3_teach.training.texts import ids_after, open_ids
from ia3_teach.wording import short

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import Cache, PreTrainedModel, PreTrainedTokenizerBase


@numbers(batch=1)
def scores_after(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, shots: Dataset, rows: Dataset, batch: int = 50
) -> Tensor:
    """log p(answer | examples, prompt) of every label, (n_rows, n_labels).

    The same as `scores` of `with_examples(rows, shots)` up to rounding. In a causal model nothing that was
    computed of the examples depends on what follows, so their keys and values are kept and used for every row
    (Liu et al. 2022, section 2.1). Raises ValueError for an answer of more than one token, or no examples.
    """
    answers = answer_ids(tokenizer, label_names(rows))
    if len(shots) == 0 or any(len(answer) != 1 for answer in answers):
        raise ValueError(
            f"at least one example, and answers of one token; found {len(shots)} and {short(answers)}"
        )
    examples = examples_text(shots)
    before = torch.tensor(open_ids(tokenizer, [examples]), device=model.device)
    prompts = ids_after(tokenizer, examples, rows["prompt"])
    with torch.no_grad():
        cache = model(input_ids=before, use_cache=True).past_key_values
        parts = [
            next_log_p(model, cache, before.shape[1], prompts[start : start + batch])
            for start in range(0, len(prompts), batch)
        ]
    return torch.cat(parts)[:, [answer[0] for answer in answers]].cpu()


def next_log_p(model: PreTrainedModel, cache: Cache, n_read: int, prompts: list[list[int]]) -> Tensor:
    """log p of every next token after the `n_read` tokens of the cache and each prompt, (B, vocabulary)."""
    read, rows = copy.deepcopy(cache), inputs(prompts, model)
    read.batch_repeat_interleave(len(prompts))
    seen = rows["attention_mask"].new_ones(len(prompts), n_read)
    mask = torch.cat([seen, rows["attention_mask"]], dim=1)
    found = model(input_ids=rows["input_ids"], attention_mask=mask, past_key_values=read).logits
    last = rows["attention_mask"].sum(-1) - 1
    return found[torch.arange(len(prompts), device=found.device), last].log_softmax(-1)
