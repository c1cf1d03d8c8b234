"""The recipes of the two tiny models: architecture, corpus size, training."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from ia3_teach.course.loop import LossOf, learning_rate_at
from ia3_teach.course.objectives import bert_loss, hidden_tokens, next_token_loss, rows_of_step
from ia3_teach.course.world.corpus import paired_rows, prompted_blocks
from ia3_teach.course.world.tokens import SPECIAL

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True)
class Size:
    """How large a model, its corpus and its training are; the default is what is shipped."""

    steps: int
    batch: int
    length: int
    rows: int
    learning_rate: float
    d_model: int = 192
    n_layers: int = 4
    n_heads: int = 6
    tokenizer_documents: int = 20_000
    drill_steps: int = 0
    drill_batch: int = 8

    @property
    def all_steps(self) -> int:
        """The steps of both stages."""
        return self.steps + self.drill_steps

    def rate_at(self, step: int) -> float:
        """The learning rate; the second stage has its own warm-up and cosine."""
        if step < self.steps:
            return learning_rate_at(step, self.steps, self.learning_rate)
        return learning_rate_at(step - self.steps, self.drill_steps, self.learning_rate / 2)


SIZES = {
    "tiny-bloom": Size(steps=1300, batch=24, length=192, rows=31_200, learning_rate=2e-3, drill_steps=1900),
    "tiny-bert": Size(steps=2600, batch=40, length=64, rows=104_000, learning_rate=1e-3),
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
    """The loss of each step of `tiny-bloom`: first the corpus, then the drills."""
    blocks, marks = prompted_blocks(tokenizer, seed, size.rows, size.length)
    drills = size.drill_batch * max(1, size.drill_steps)
    drill_blocks, drill_marks = prompted_blocks(tokenizer, seed, drills, size.length, "drill")

    def loss_of(model: torch.nn.Module, step: int) -> torch.Tensor:
        if step < size.steps:
            rows = rows_of_step(size.rows, size.batch, step, seed)
            return next_token_loss(model, blocks[rows].long(), marks[rows])
        rows = rows_of_step(drills, size.drill_batch, step - size.steps, seed)
        return next_token_loss(model, drill_blocks[rows].long(), drill_marks[rows])

    return loss_of


def bert_objective(tokenizer: "PreTrainedTokenizerFast", size: Size, seed: int) -> LossOf:
    """The loss of each step of `tiny-bert`."""
    blocks, segments, follows = paired_rows(tokenizer, seed, size.rows, size.length)

    def loss_of(model: torch.nn.Module, step: int) -> torch.Tensor:
        rows = rows_of_step(size.rows, size.batch, step, seed)
        ids, labels = hidden_tokens(
            blocks[rows].long(),
            seed * 10**6 + step,
            tokenizer.mask_token_id,
            len(tokenizer),
            len(SPECIAL),
        )
        padding = blocks[rows] == tokenizer.pad_token_id
        inputs = {
            "input_ids": ids,
            "token_type_ids": segments[rows].long(),
            "attention_mask": (~padding).long(),
        }
        return bert_loss(model, inputs, labels, follows[rows])

    return loss_of
