"""Examples with answer choices: a prompt, its choices, and the number of the right one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from ia3_teach.layer import unwrapped
from ia3_teach.training.batches import Example
from ia3_teach.training.texts import ids_after, open_ids
from ia3_teach.wording import brief, short

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def encode_choices(
    model: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    choices: Sequence[Sequence[str]],
    labels: Sequence[int] | None = None,
) -> list[Example]:
    """Examples {"input_ids": [...], "choices": [[...], ...], "labels": 0}; without `labels` only to rank.

    A decoder reads a choice straight after its prompt, so a choice usually starts with a space: " yes".
    An encoder-decoder writes it, with the special tokens that its tokenizer adds (T5: </s>).
    Raises ValueError for lists of different lengths and for what `check_choices` refuses.
    """
    special = is_encoder_decoder(model)
    sizes = {len(prompts), len(choices), len(prompts if labels is None else labels)}
    if len(sizes) > 1:
        raise ValueError(
            f"each prompt has a list of choices (and a label); found lists of lengths {short(sizes)}"
        )
    read = tokenizer(list(prompts))["input_ids"] if special and prompts else open_ids(tokenizer, prompts)
    examples = []
    for i, (prompt, texts) in enumerate(zip(prompts, choices, strict=True)):
        apart = [tokenizer(text)["input_ids"] for text in texts] if special else []
        example = {"input_ids": read[i], "choices": apart or ids_after(tokenizer, prompt, texts)}
        examples.append(example if labels is None else {**example, "labels": labels[i]})
        check_choices(i, examples[-1])
    return examples


def check_choices(i: int, example: Example) -> None:
    """Refuse an example without choices, with an empty prompt or choice, or a label that is no choice."""
    choices = example.get("choices")
    if choices is None or len(choices) == 0 or any(len(choice) == 0 for choice in choices):
        raise ValueError(
            f"example {i:,} needs one choice or more, each of one token or more; found choices = "
            f"{short(choices)}; encode_choices(model, tokenizer, prompts, choices, labels) makes such "
            "examples"
        )
    if len(example["input_ids"]) == 0:
        raise ValueError(f"the prompt of example {i:,} has no tokens; nothing predicts a first one")
    label = example.get("labels", 0)
    if not is_place(label, len(choices)):
        raise ValueError(
            f"labels of example {i:,} must be a number of its choices, 0 to "
            f"{len(choices) - 1}; found {brief(label)}"
        )


def is_place(label: object, n: int) -> bool:
    """Whether this is a whole number from 0 to n - 1; a tensor or an array may hold it.

    >>> is_place(1, 2), is_place(torch.tensor(1), 2), is_place(1.0, 2), is_place(True, 2), is_place(-1, 2)
    (True, True, False, False, False)
    """
    try:
        found = torch.as_tensor(label)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return False
    whole = not (found.is_floating_point() or found.is_complex() or found.dtype == torch.bool)
    return whole and found.dim() == 0 and 0 <= found.item() < n


def is_encoder_decoder(model: nn.Module) -> bool:
    """Whether a decoder of its own writes the choices. Raises ValueError for a model that cannot write."""
    model = unwrapped(model)
    can_write = getattr(model, "can_generate", None)
    if can_write is None or not can_write():
        raise ValueError(
            f"{type(model).__name__} cannot write, so that a choice has no probability; "
            "take a causal language model, or an encoder-decoder with a language model head"
        )
    return bool(model.config.is_encoder_decoder)
