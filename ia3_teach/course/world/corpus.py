"""The pretraining corpora as arrays of token ids, made from a seed."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from tqdm.auto import trange

from ia3_teach.course.world.prompts import Piece, document, drill
from ia3_teach.course.world.texts import any_text

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

STAGES: dict[str, Callable[[random.Random], list[Piece]]] = {"corpus": document, "drill": drill}


def prompted_blocks(
    tokenizer: "PreTrainedTokenizerFast",
    seed: int,
    count: int,
    length: int,
    stage: str = "corpus",
) -> "tuple[Tensor, Tensor]":
    """Documents of `tiny-bloom`, packed end to end into blocks.

    Returns ids and answer marks, both (count, length); True marks the tokens of an answer.
    """
    rng = random.Random(f"bloom {stage} {seed}")
    ids: list[int] = []
    marks: list[bool] = []
    for block in trange(count, desc="corpus", unit="block"):
        while len(ids) < (block + 1) * length:
            pieces = STAGES[stage](rng) + [("</s>", False)]
            for encoded, (_text, answer) in zip(
                tokenizer([text for text, _answer in pieces])["input_ids"], pieces, strict=True
            ):
                ids += encoded
                marks += [answer] * len(encoded)
    size = count * length
    return (
        torch.tensor(ids[:size], dtype=torch.int16).view(count, length),
        torch.tensor(marks[:size]).view(count, length),
    )


def paired_rows(
    tokenizer: "PreTrainedTokenizerFast", seed: int, count: int, length: int
) -> "tuple[Tensor, Tensor, Tensor]":
    """Rows of `tiny-bert`: [CLS] start [SEP] continuation [SEP], the continuation true or foreign.

    Returns ids and segment ids, both (count, length), padded, and labels (count,): 0 where the
    second part continues the first, 1 where it comes from another text (BERT's convention).
    """
    rng = random.Random(f"bert corpus {seed}")
    firsts, seconds, labels = [], [], []
    for _ in trange(count, desc="corpus", unit="row"):
        parts, other = (_two_parts(rng) for _ in range(2))
        foreign = rng.random() < 0.5
        firsts.append(" ".join(parts[0]))
        seconds.append(" ".join((other if foreign else parts)[1]))
        labels.append(int(foreign))
    rows = tokenizer(
        firsts,
        seconds,
        truncation=True,
        max_length=length,
        padding="max_length",
        return_tensors="pt",
        return_token_type_ids=True,
    )
    return (
        rows["input_ids"].to(torch.int16),
        rows["token_type_ids"].to(torch.int8),
        torch.tensor(labels),
    )


def _two_parts(rng: random.Random) -> tuple[list[str], list[str]]:
    while True:
        parts = any_text(rng).parts
        if len(parts) > 1:
            cut = rng.randint(1, len(parts) - 1)
            return parts[max(0, cut - 2) : cut], parts[cut : cut + 2]
