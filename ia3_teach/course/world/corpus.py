"""The pretraining corpora as arrays of token ids, made from a seed."""

import random
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import torch
from tqdm.auto import trange

from ia3_teach.course.world.prompts import document, drill, opinions
from ia3_teach.course.world.relatives import Piece, relative
from ia3_teach.course.world.word_choices import choices

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

KINDS = (relative,) * 8 + (opinions, drill, choices, document)
STAGES: dict[str, Callable[[random.Random], list[Piece]]] = {
    "corpus": document,
    "relatives": lambda rng: rng.choice(KINDS)(rng),
}
TOGETHER = 16  # so many batches are sorted by length at once, so that little is padded


def encode(tokenizer: "PreTrainedTokenizerFast", pieces: list[Piece]) -> tuple[list[int], list[bool]]:
    """The token ids of a document, and which of them belong to an answer."""
    encoded = tokenizer([text for text, _ in pieces], add_special_tokens=False)["input_ids"]
    marks = [answer for part, (_, answer) in zip(encoded, pieces, strict=True) for _ in part]
    return [token for part in encoded for token in part], marks


def prompted_blocks(
    tokenizer: "PreTrainedTokenizerFast", seed: int, count: int, length: int, stage: str = "corpus"
) -> "tuple[Tensor, Tensor]":
    """Documents of `tiny-bloom`, packed end to end into blocks.

    Returns ids and answer marks, both (count, length); True marks the tokens of an answer.
    """
    rng = random.Random(f"bloom {stage} {seed}")
    ids: list[int] = []
    marks: list[bool] = []
    for block in trange(count, desc="corpus", unit="block"):
        while len(ids) < (block + 1) * length:
            more = encode(tokenizer, [*STAGES[stage](rng), ("</s>", False)])
            ids += more[0]
            marks += more[1]
    size = count * length
    return (
        torch.tensor(ids[:size], dtype=torch.int16).view(count, length),
        torch.tensor(marks[:size]).view(count, length),
    )


def prompted_rows(
    tokenizer: "PreTrainedTokenizerFast", seed: int, count: int, length: int, batch: int, stage: str
) -> "tuple[Tensor, Tensor]":
    """Documents of `tiny-bloom`, one a row, padded at the end; longer ones are drawn anew.

    Returns ids and answer marks, both (count, length). Each batch has rows of similar length.
    """
    rng = random.Random(f"bloom {stage} {seed}")
    ids = torch.full((count, length), tokenizer.pad_token_id, dtype=torch.int16)
    marks = torch.zeros(count, length, dtype=torch.bool)

    def rows() -> Iterator[tuple[list[int], list[bool]]]:
        while True:
            row = encode(tokenizer, STAGES[stage](rng))
            if len(row[0]) <= length:
                yield row

    drawn = rows()
    made = [next(drawn) for _ in trange(count, desc="corpus", unit="row")]
    for row, place in enumerate(by_length([len(one[0]) for one in made], batch, rng)):
        ids[row, : len(made[place][0])] = torch.tensor(made[place][0], dtype=torch.int16)
        marks[row, : len(made[place][0])] = torch.tensor(made[place][1])
    return ids, marks


def by_length(lengths: list[int], batch: int, rng: random.Random) -> list[int]:
    """The row numbers in an order in which each batch has rows of similar length, the batches in any order.

    >>> by_length([5, 1, 4, 2], 2, random.Random(0))
    [2, 0, 1, 3]
    """
    order: list[int] = []
    for start in range(0, len(lengths), batch * TOGETHER):
        near = sorted(range(start, min(start + batch * TOGETHER, len(lengths))), key=lengths.__getitem__)
        batches = [near[place : place + batch] for place in range(0, len(near), batch)]
        order += [row for one in rng.sample(batches, len(batches)) for row in one]
    return order
