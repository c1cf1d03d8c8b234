"""From an instruction to token ids and labels, and from a model to its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from ia3_teach.annotated import numbers
from ia3_teach.training.losses import IGNORED
from ia3_teach.training.mode import in_mode
from ia3_teach.training.texts import end_id, ids_after, open_ids
from ia3_teach.wording import short

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Row = Mapping[str, str]


def prompt_of(row: Row) -> str:
    """What the model reads before it answers; the answer follows after a space.

    >>> prompt_of({"instruction": "Say hello to Anna.", "input": ""})
    'Question: Say hello to Anna.\\nAnswer:'
    """
    given = [row["input"].strip()] if row["input"].strip() else []
    return "\n".join([f"Question: {row['instruction'].strip()}", *given, "Answer:"])


def encode_pair(tokenizer: PreTrainedTokenizerBase, row: Row) -> dict[str, list[int]]:
    """Token ids of prompt, answer and end, and labels that are -100 on the prompt.

    Raises ValueError for a tokenizer that has no end token.
    """
    text = prompt_of(row)
    (prompt,) = open_ids(tokenizer, [text])
    (answer,) = ids_after(tokenizer, text, [f" {row['output'].strip()}"])
    answer = [*answer, end_id(tokenizer)]
    return {"input_ids": prompt + answer, "labels": [IGNORED] * len(prompt) + answer}


@numbers(max_length=1)
def encode_pairs(
    tokenizer: PreTrainedTokenizerBase, rows: Iterable[Row], max_length: int
) -> list[dict[str, list[int]]]:
    """All rows, cut at max_length; rows of which no answer is left are dropped.

    Raises ValueError where no row is left.
    """
    cut = [{name: ids[:max_length] for name, ids in encode_pair(tokenizer, row).items()} for row in rows]
    kept = [example for example in cut if example["labels"][-1] != IGNORED]
    if not kept:
        raise ValueError(f"no row has an answer within {short(max_length)} tokens; raise max_length")
    return kept


@numbers(max_new_tokens=1)
@torch.no_grad()
def answers(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[Row],
    max_new_tokens: int = 24,
) -> list[str]:
    """What the model writes for each row: the most probable token, one after the other, up to the end."""
    end = end_id(tokenizer)
    pad = end if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    prompts = open_ids(tokenizer, [prompt_of(row) for row in rows])
    width = max(map(len, prompts))  # padded on the left: the answer goes on where the prompt ends
    ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    with in_mode(model, training=False):
        written = model.generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            max_new_tokens=max_new_tokens,
            do_sample=False,
            pad_token_id=pad,
            eos_token_id=end,
        )
    written = tokenizer.batch_decode(written[:, width:], skip_special_tokens=True)
    return [text.strip() for text in written]
