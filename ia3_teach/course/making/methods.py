"""The methods that the experiments compare, each with its own grid of learning rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ia3_teach.adapters import attach
from ia3_teach.course.lesson.compared import Make, family_recipes
from ia3_teach.ia3 import IA3
from ia3_teach.lora import LoRA

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from ia3_teach.training.batches import Example

Examples = Sequence["Example"]


@dataclass(frozen=True)
class Method:
    """How a model is made trainable for some examples, and the learning rates that are tried."""

    prepare: Callable[[PreTrainedModel, Examples], object]
    learning_rates: tuple[float, ...]


def train_all(model: PreTrainedModel, examples: Examples) -> None:
    """Full fine-tuning: every parameter."""
    model.requires_grad_(True)


def train_head(model: PreTrainedModel, examples: Examples) -> None:
    """Only the new classification head."""
    model.requires_grad_(False)
    model.classifier.requires_grad_(True)


def train_ia3(model: PreTrainedModel, examples: Examples) -> None:
    """The three vectors of each layer (and the head of a classifier)."""
    attach(model, IA3())


def train_lora(model: PreTrainedModel, examples: Examples) -> None:
    """Low-rank pairs at LoRA's default sites (and the head of a classifier)."""
    attach(model, LoRA(r=4, alpha=4))


def train_recipe(make: Make, model: PreTrainedModel, examples: Examples) -> None:
    """What a recipe of the family adds, and the head."""
    attach(model, make(model, examples))


IA3_RATES, LORA_RATES = (1e-2, 3e-2, 1e-1, 3e-1, 1.0), (1e-3, 3e-3, 1e-2, 3e-2)
FULL_RATES, HEAD_RATES = (1e-4, 3e-4, 1e-3, 3e-3), (3e-3, 1e-2, 3e-2)
FULL, HEAD = Method(train_all, FULL_RATES), Method(train_head, HEAD_RATES)

# Each grid goes on, on the side where a best rate lay at its end.
METHODS: dict[str, dict[str, Method]] = {
    "tiny-bloom": {
        "ia3": Method(train_ia3, (*IA3_RATES, 3.0)),
        "lora": Method(train_lora, (*LORA_RATES, 1e-1)),
        "full": Method(train_all, (*FULL_RATES, 1e-2)),
    },
    "tiny-bert": {
        "head": Method(train_head, (1e-3, *HEAD_RATES, 1e-1, 3e-1, 1.0)),
        "ia3": Method(train_ia3, (3e-3, *IA3_RATES)),
        "lora": Method(train_lora, (3e-4, *LORA_RATES, 1e-1)),
        "full": Method(train_all, (1e-5, 3e-5, *FULL_RATES)),
    },
}

FAMILY_RATES: dict[str, tuple[float, float, float]] = {
    **dict.fromkeys(("IA3", "PromptTuning"), (3e-2, 1e-1, 3e-1)),
    **dict.fromkeys(("VeRA", "HiRA", "RoAd", "PrefixTuning", "LayerNormTuning"), (1e-2, 3e-2, 1e-1)),
    **dict.fromkeys(("LoRA", "DoRA", "SerialAdapter", "Compacter"), (3e-3, 1e-2, 3e-2)),
    **dict.fromkeys(("SSF", "LoReFT", "BitFit", "RandomMask", "FishMask"), (3e-3, 1e-2, 3e-2)),
}
# Further rates on tiny-bloom: where the best lay at the upper end, or no rate had learned anything.
FURTHER: dict[tuple[str, str], tuple[float, ...]] = {
    **dict.fromkeys((("tiny-bloom", name) for name in ("SSF", "LoReFT", "BitFit", "Compacter")), (1e-1,)),
    **dict.fromkeys((("tiny-bloom", name) for name in ("VeRA", "HiRA", "PrefixTuning")), (3e-1,)),
    **dict.fromkeys((("tiny-bloom", name) for name in ("RandomMask", "FishMask")), (1e-1, 3e-1)),
    ("tiny-bloom", "SerialAdapter"): (1e-3, 1e-1),
    ("tiny-bloom", "LayerNormTuning"): (3e-1,),
    ("tiny-bloom", "PromptTuning"): (1.0,),
}
OF_RECIPES = {
    name: Method(partial(train_recipe, make), FAMILY_RATES[name]) for name, make in family_recipes().items()
}
FAMILY: dict[str, Method] = {"head": HEAD, **OF_RECIPES, "full": FULL}

# The paper's vectors, and 5e-5 beside them: the rate at which public benchmarks ran IA3 badly.
REAL_IA3 = Method(train_ia3, (5e-5, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0))
REAL_LORA = Method(train_lora, (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1))
REAL_FULL = Method(train_all, (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3))
PROMPT_TUNING = Method(OF_RECIPES["PromptTuning"].prepare, (1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0))
BITFIT = Method(OF_RECIPES["BitFit"].prepare, (1e-3, 3e-3, 1e-2, 3e-2, 1e-1))
REAL_HEAD = Method(train_head, (1e-3, 3e-3, 1e-2, 3e-2, 1e-1))
SMALL_TOO = {"bitfit": BITFIT, "prompt_tuning": PROMPT_TUNING}
REAL_BASE = {"ia3": REAL_IA3, "lora": REAL_LORA, "full": REAL_FULL, "prompt_tuning": PROMPT_TUNING}

REAL_METHODS: dict[str, dict[str, Method]] = {
    "smollm2-135m": REAL_BASE,  # it has no biases for BitFit
    "minilm-l6": {**REAL_BASE, "head": REAL_HEAD, "bitfit": BITFIT},
    "tiny-bloom": SMALL_TOO,
    "tiny-bert": SMALL_TOO,
}
