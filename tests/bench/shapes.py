"""The models that are measured: real architectures of a given size, with random weights."""

import copy
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import nn
from transformers import BertConfig, BertForSequenceClassification, BloomConfig, BloomForCausalLM


@dataclass(frozen=True)
class Shape:
    """A model's size and the size of a batch."""

    name: str
    family: str
    layers: int
    width: int
    vocab: int
    batch: int = 8
    length: int = 64

    @property
    def text(self) -> str:
        """What the table says about it."""
        return f"{self.name}, {self.batch} x {self.length} tokens"


SMALL = [
    Shape("BERT, 4 layers of 768", "bert", 4, 768, 30522),
    Shape("BLOOM, 4 layers of 768", "bloom", 4, 768, 1000),
]
FULL_SIZE = [
    Shape("bert-base", "bert", 12, 768, 30522),
    Shape("bloom-560m", "bloom", 24, 1024, 250880, batch=1),
]
GROWTH = [
    Shape(f"BERT, {layers} layers of {width}", "bert", layers, width, 1000)
    for layers, width in ((4, 192), (4, 384), (2, 384), (8, 384))
]
TINY = [Shape("BERT, tiny", "bert", 2, 24, 50, 8, 6), Shape("BLOOM, tiny", "bloom", 2, 24, 50, 8, 6)]


@lru_cache(maxsize=1)
def build(shape: Shape) -> nn.Module:
    """The model in training mode, without dropout; heads are 64 wide, as in BERT and BLOOM.

    The last one is kept: adapt only what `sharing` copies from it.
    """
    torch.manual_seed(0)
    heads = max(shape.width // 64, 2)
    if shape.family == "bert":
        return BertForSequenceClassification(
            BertConfig(
                vocab_size=shape.vocab,
                hidden_size=shape.width,
                intermediate_size=4 * shape.width,
                num_hidden_layers=shape.layers,
                num_attention_heads=heads,
                hidden_dropout_prob=0,
                attention_probs_dropout_prob=0,
            )
        ).train()
    config = BloomConfig(
        vocab_size=shape.vocab,
        hidden_size=shape.width,
        n_layer=shape.layers,
        n_head=heads,
        hidden_dropout=0,
        attention_dropout=0,
    )
    config.use_cache = False  # as the Trainer sets it
    return BloomForCausalLM(config).train()


def sharing(model: nn.Module) -> nn.Module:
    """A copy with modules of its own and the same weights: many ways to adapt fit in memory side by side."""
    tensors = [*model.parameters(), *model.buffers()]
    return copy.deepcopy(model, memo={id(tensor): tensor for tensor in tensors})


def batch(shape: Shape) -> dict[str, torch.Tensor]:
    """Random tokens, and labels for the model's own loss."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(5, shape.vocab, (shape.batch, shape.length), generator=generator)
    labels = ids % 2 if shape.family == "bert" else ids
    return {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "labels": labels[:, 0] if shape.family == "bert" else labels,
    }
