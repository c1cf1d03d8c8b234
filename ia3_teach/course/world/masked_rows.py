"""The rows of `tiny-bert`: two parts of a text, a text with answers to be found, a text alone."""

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from tqdm.auto import trange

from ia3_teach.course.world.corpus import STAGES, by_length, encode
from ia3_teach.course.world.relatives import RELATIVES, SLOW, Piece
from ia3_teach.course.world.texts import any_text

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

UNASKED = -100  # no loss
SHARES = {"pairs": (1.0, 0.0), "relatives": (0.1, 0.3)}  # of pairs, of texts alone; the rest has answers


@dataclass(frozen=True)
class Row:
    """One row before padding."""

    ids: list[int]
    answers: list[bool]  # True at the tokens of an answer
    segments: list[int]
    follows: int = UNASKED  # 0: the second part continues the first, 1: it does not
    word: int = UNASKED  # the token of the word that the whole text stands for


@dataclass
class Rows:
    """Many rows, padded: (count, length), `follows` and `words` (count,)."""

    ids: "Tensor"
    answers: "Tensor"
    segments: "Tensor"
    follows: "Tensor"
    words: "Tensor"


def bert_rows(
    tokenizer: "PreTrainedTokenizerFast", seed: int, count: int, length: int, batch: int, stage: str
) -> Rows:
    """Rows of a stage; each batch has rows of similar length, and longer ones are drawn anew."""
    rng, made = random.Random(f"bert {stage} {seed}"), []
    for _ in trange(count, desc="corpus", unit="row"):
        while len((row := _row(tokenizer, rng, stage)).ids) > length:
            pass
        made.append(row)
    made = [made[place] for place in by_length([len(row.ids) for row in made], batch, rng)]
    ids = torch.full((count, length), tokenizer.pad_token_id, dtype=torch.int16)
    answers, segments = torch.zeros(ids.shape, dtype=torch.bool), torch.zeros(ids.shape, dtype=torch.int8)
    for place, row in enumerate(made):
        size = len(row.ids)
        ids[place, :size] = torch.tensor(row.ids, dtype=torch.int16)
        answers[place, :size] = torch.tensor(row.answers)
        segments[place, :size] = torch.tensor(row.segments, dtype=torch.int8)
    follows, words = ([getattr(row, name) for row in made] for name in ("follows", "word"))
    return Rows(ids, answers, segments, torch.tensor(follows), torch.tensor(words))


def _row(tokenizer: "PreTrainedTokenizerFast", rng: random.Random, stage: str) -> Row:
    pairs, alone = SHARES[stage]
    kind = rng.random()
    if kind < pairs:
        return pair(tokenizer, rng)
    if kind < pairs + alone:
        return text_alone(tokenizer, rng)
    return _parts(tokenizer, STAGES[stage](rng))


def text_alone(tokenizer: "PreTrainedTokenizerFast", rng: random.Random) -> Row:
    """[CLS] text [SEP], and the word that says most of it, of what is learned slowly."""
    asked = RELATIVES[rng.choice(SLOW)](rng)
    row = _parts(tokenizer, [(asked.text, False)])
    word, *_ = tokenizer(f" {asked.word}", add_special_tokens=False)["input_ids"]
    return Row(row.ids, row.answers, row.segments, word=word)


def pair(tokenizer: "PreTrainedTokenizerFast", rng: random.Random) -> Row:
    """[CLS] start [SEP] continuation [SEP], the continuation true or foreign (BERT's convention)."""
    (start, true), (_, foreign) = (_two_parts(rng) for _ in range(2))
    follows = int(rng.random() < 0.5)
    row = _parts(tokenizer, [(start, False), (foreign if follows else true, False)])
    return Row(row.ids, row.answers, row.segments, follows=follows)


def _parts(tokenizer: "PreTrainedTokenizerFast", pieces: list[Piece]) -> Row:
    """[CLS] first piece [SEP] the other pieces [SEP]; these, if any, are the second segment."""
    first, rest = pieces[:1], pieces[1:]
    end = [("[SEP]", False)]
    one = encode(tokenizer, [("[CLS]", False), *first, *end])
    two = encode(tokenizer, [*rest, *end]) if rest else ([], [])
    return Row(one[0] + two[0], one[1] + two[1], [0] * len(one[0]) + [1] * len(two[0]))


def _two_parts(rng: random.Random) -> tuple[str, str]:
    while True:
        parts = any_text(rng).parts
        if len(parts) > 1:
            cut = rng.randint(1, len(parts) - 1)
            return " ".join(parts[max(0, cut - 2) : cut]), " ".join(parts[cut : cut + 2])
