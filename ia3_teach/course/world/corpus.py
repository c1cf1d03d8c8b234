"""The pretraining corpora as arrays of token ids, made from a seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from tqdm.auto import trange

from ia3_teach.course.world.prompts import Piece, document, drill, opinions
from ia3_teach.course.world.relatives import overall
from ia3_teach.course.world.texts import any_text
from ia3_teach.course.world.word_choices import choices

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

STAGES: dict[str, Callable[[random.Random], list[Piece]]] = {
    "corpus": document,
    "drill": drill,
    "opinions": opinions,
    "mixed": lambda rng: rng.choice([choices, choices, opinions, document])(rng),
    "overall": lambda rng: rng.choice([overall, overall, overall, choices, opinions, document])(rng),
}


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


@dataclass
class Rows:
    """The rows of `tiny-bert`, padded: all but `follows` (count,) have the shape (count, length)."""

    ids: "Tensor"
    segments: "Tensor"
    answers: "Tensor"  # True at the tokens of an answer
    follows: "Tensor"  # 0: the second part continues the first, 1: it does not, -100: not asked


def bert_rows(
    tokenizer: "PreTrainedTokenizerFast", seed: int, count: int, length: int, stage: str = "pairs"
) -> Rows:
    """[CLS] start [SEP] continuation [SEP], the continuation true or foreign (BERT's convention).

    In the later stages most rows are texts with questions and answers instead.
    """
    rng = random.Random(f"bert {'corpus' if stage == 'pairs' else stage} {seed}")
    rows = Rows(
        torch.full((count, length), tokenizer.pad_token_id, dtype=torch.int16),
        torch.zeros(count, length, dtype=torch.int8),
        torch.zeros(count, length, dtype=torch.bool),
        torch.full((count,), -100),
    )
    for row in trange(count, desc="corpus", unit="row"):
        if stage != "pairs" and rng.random() < 0.75:
            _write_answered(tokenizer, STAGES[stage](rng), rows, row)
        else:
            _write_pair(tokenizer, rng, rows, row)
    return rows


def _write_answered(tokenizer: "PreTrainedTokenizerFast", pieces: list[Piece], rows: Rows, row: int) -> None:
    """One text with questions and answers; its end is cut off where it is too long."""
    pieces = [("[CLS]", False), *pieces, ("[SEP]", False)]
    encoded = tokenizer([text for text, _ in pieces], add_special_tokens=False)["input_ids"]
    length = rows.ids.shape[1]
    ids = [token for part in encoded for token in part][:length]
    marks = [answer for part, (_, answer) in zip(encoded, pieces, strict=True) for _ in part]
    rows.ids[row, : len(ids)] = torch.tensor(ids, dtype=torch.int16)
    rows.answers[row, : len(ids)] = torch.tensor(marks[:length])


def _write_pair(tokenizer: "PreTrainedTokenizerFast", rng: random.Random, rows: Rows, row: int) -> None:
    """The start of a text and the continuation of the same or of another."""
    parts, other = (_two_parts(rng) for _ in range(2))
    rows.follows[row] = int(rng.random() < 0.5)
    second = (other if rows.follows[row] else parts)[1]
    encoded = tokenizer(
        " ".join(parts[0]),
        " ".join(second),
        truncation=True,
        max_length=rows.ids.shape[1],
        return_token_type_ids=True,
    )
    size = len(encoded["input_ids"])
    rows.ids[row, :size] = torch.tensor(encoded["input_ids"], dtype=torch.int16)
    rows.segments[row, :size] = torch.tensor(encoded["token_type_ids"], dtype=torch.int8)


def _two_parts(rng: random.Random) -> tuple[list[str], list[str]]:
    while True:
        parts = any_text(rng).parts
        if len(parts) > 1:
            cut = rng.randint(1, len(parts) - 1)
            return parts[max(0, cut - 2) : cut], parts[cut : cut + 2]
