"""The methods that the experiments compare, each with its own grid of learning rates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ia3_teach.adapters import attach
from ia3_teach.ia3 import IA3
from ia3_teach.lora import LoRA

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Method:
    """How a model is made trainable, and the learning rates that are tried."""

    prepare: Callable[[PreTrainedModel], object]
    learning_rates: tuple[float, ...]


def train_all(model: PreTrainedModel) -> None:
    """Full fine-tuning: every parameter."""
    model.requires_grad_(True)


def train_head(model: PreTrainedModel) -> None:
    """Only the new classification head."""
    model.requires_grad_(False)
    model.classifier.requires_grad_(True)


def train_ia3(model: PreTrainedModel) -> None:
    """The three vectors of each layer (and the head of a classifier)."""
    attach(model, IA3())


def train_lora(model: PreTrainedModel) -> None:
    """Low-rank pairs at LoRA's default sites (and the head of a classifier)."""
    attach(model, LoRA(r=4, alpha=4))


IA3_METHOD = Method(train_ia3, (1e-2, 3e-2, 1e-1, 3e-1, 1.0))
LORA_METHOD = Method(train_lora, (1e-3, 3e-3, 1e-2, 3e-2))
FULL = Method(train_all, (1e-4, 3e-4, 1e-3, 3e-3))
HEAD = Method(train_head, (3e-3, 1e-2, 3e-2))

METHODS: dict[str, dict[str, Method]] = {
    "tiny-bloom": {"ia3": IA3_METHOD, "lora": LORA_METHOD, "full": FULL},
    "tiny-bert": {"head": HEAD, "ia3": IA3_METHOD, "lora": LORA_METHOD, "full": FULL},
}
