"""The recipes of the two tiny models: architecture, corpus size, training."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.course.making.loop import LossOf, learning_rate_at
from ia3_teach.course.making.objectives import HIDDEN, bert_loss, hidden_tokens, next_token_loss
from ia3_teach.course.world.corpus import prompted_blocks, prompted_rows
from ia3_teach.course.world.masked_rows import Rows, bert_rows

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True)
class Stage:
    """One stage of a training: which texts, how many steps, batch, rows' length, learning rate, weights."""

    texts: str
    steps: int
    batch: int
    length: int
    learning_rate: float
    answer_weight: float = 1.0
    share: float = 1.0  # of the tokens outside answers that are asked for (tiny-bloom)
    packed: bool = False  # documents end to end, instead of one a row
    schedule: int = 0  # the length of the cosine, where the stage is cut short
    rows: int = 0  # and of its corpus


@dataclass(frozen=True)
class Size:
    """How large a model and its training are."""

    stages: tuple[Stage, ...]
    d_model: int = 192
    n_layers: int = 4
    n_heads: int = 6
    tokenizer_documents: int = 20_000

    @property
    def steps(self) -> int:
        """The steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    def stage_of(self, step: int) -> tuple[int, int]:
        """The number of the stage that a step belongs to, and the step's number in it."""
        for number, stage in enumerate(self.stages):
            if step < stage.steps:
                return number, step
            step -= stage.steps
        raise IndexError("the step lies after the last stage")

    def rate_at(self, step: int) -> float:
        """The learning rate; each stage has its own warm-up and cosine."""
        number, local = self.stage_of(step)
        stage = self.stages[number]
        return learning_rate_at(local, stage.schedule or stage.steps, stage.learning_rate)


SIZES = {
    "tiny-bloom": Size(
        stages=(
            Stage("corpus", 300, 24, 192, 2e-3, answer_weight=10.0, packed=True, schedule=900),
            Stage("relatives", 7500, 16, 96, 1e-3, answer_weight=5.0, share=0.2),
        )
    ),
    "tiny-bert": Size(
        stages=(
            Stage("pairs", 1100, 32, 64, 1e-3, schedule=2200, rows=48_000),
            Stage("relatives", 6000, 16, 80, 1e-3),
        )
    ),
}


def new_bloom(tokenizer: "PreTrainedTokenizerFast", size: Size, seed: int) -> "PreTrainedModel":
    """An untrained BloomForCausalLM."""
    from transformers import BloomConfig, BloomForCausalLM

    torch.manual_seed(seed)
    return BloomForCausalLM(
        BloomConfig(
            vocab_size=len(tokenizer),
            hidden_size=size.d_model,
            n_layer=size.n_layers,
            n_head=size.n_heads,
            hidden_dropout=0.0,
            attention_dropout=0.0,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            name_or_path="tiny-bloom",
        )
    )


def new_bert(tokenizer: "PreTrainedTokenizerFast", size: Size, seed: int) -> "PreTrainedModel":
    """An untrained BertForPreTraining: masked words and next sentence, as the original."""
    from transformers import BertConfig, BertForPreTraining

    torch.manual_seed(seed)
    return BertForPreTraining(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=size.d_model,
            num_hidden_layers=size.n_layers,
            num_attention_heads=size.n_heads,
            intermediate_size=4 * size.d_model,
            max_position_embeddings=256,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            pad_token_id=tokenizer.pad_token_id,
            name_or_path="tiny-bert",
        )
    )


def bloom_objective(tokenizer: "PreTrainedTokenizerFast", size: Size, seed: int) -> LossOf:
    """The loss of each step of `tiny-bloom`, stage after stage."""

    @cache
    def corpus(number: int) -> tuple[Tensor, Tensor]:
        stage = size.stages[number]
        if stage.packed:
            return prompted_blocks(tokenizer, seed, rows_of(stage), stage.length, stage.texts)
        return prompted_rows(tokenizer, seed, rows_of(stage), stage.length, stage.batch, stage.texts)

    def loss_of(model: torch.nn.Module, step: int) -> Tensor:
        number, local = size.stage_of(step)
        stage, (blocks, marks) = size.stages[number], corpus(number)
        rows = slice(local * stage.batch, (local + 1) * stage.batch)
        ids = blocks[rows].long()
        ids = ids[:, : longest(ids, tokenizer.pad_token_id)]
        generator = torch.Generator().manual_seed(seed * 10**6 + step)
        asked = torch.rand(ids.shape, generator=generator) < stage.share
        asked &= ids != tokenizer.pad_token_id
        return next_token_loss(model, ids, marks[rows, : ids.shape[1]], stage.answer_weight, asked)

    return loss_of


def longest(ids: Tensor, pad: int) -> int:
    """The length of the longest row of a padded batch.

    >>> longest(torch.tensor([[5, 0, 0], [5, 6, 0]]), pad=0)
    2
    """
    return int((ids != pad).sum(1).max())


def rows_of(stage: Stage) -> int:
    """How many rows the corpus of a stage has: each is used at most once."""
    return stage.rows or stage.steps * stage.batch


def bert_objective(tokenizer: "PreTrainedTokenizerFast", size: Size, seed: int) -> LossOf:
    """The loss of each step of `tiny-bert`, stage after stage."""

    @cache
    def corpus(number: int) -> Rows:
        stage = size.stages[number]
        return bert_rows(tokenizer, seed, rows_of(stage), stage.length, stage.batch, stage.texts)

    def loss_of(model: torch.nn.Module, step: int) -> Tensor:
        number, local = size.stage_of(step)
        stage, rows = size.stages[number], corpus(number)
        chosen = slice(local * stage.batch, (local + 1) * stage.batch)
        original = rows.ids[chosen].long()
        original = original[:, : longest(original, tokenizer.pad_token_id)]
        width = original.shape[1]
        share = torch.where(rows.follows[chosen] >= 0, HIDDEN, 0.0).unsqueeze(1)
        ids, labels = hidden_tokens(
            original,
            rows.answers[chosen, :width],
            share,
            seed * 10**6 + step,
            tokenizer.mask_token_id,
            len(tokenizer),
        )
        inputs = {
            "input_ids": ids,
            "token_type_ids": rows.segments[chosen, :width].long(),
            "attention_mask": (original != tokenizer.pad_token_id).long(),
        }
        return bert_loss(model, inputs, labels, rows.follows[chosen], rows.words[chosen])

    return loss_of
