"""The small models with layer norms near 1 and without dropout: gradients are not tiny, and runs repeat."""

from small_architectures import T5
from small_models import bert, bloom, random_biases
from torch import nn
from transformers import PreTrainedModel, T5Config, T5ForConditionalGeneration

from ia3_teach import IA3, LoRA, attach


def t5() -> nn.Module:
    """As many layers in the decoder as in the encoder: transformers sizes T5's cache by the encoder's."""
    return random_biases(T5ForConditionalGeneration(T5Config(**{**T5, "num_decoder_layers": 2})))


RECIPES = {"ia3": IA3(), "lora": LoRA(r=2)}
BUILDS = {"bert": bert, "bloom": bloom, "t5": t5}


def lively(kind: str, recipe: str | None = None) -> PreTrainedModel:
    """A small float64 model, with an adapter if a recipe is named."""
    model = BUILDS[kind]()
    for module in model.modules():
        if type(module).__name__.endswith("LayerNorm"):
            module.weight.data += 1
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    if recipe is not None:
        attach(model, RECIPES[recipe])
    return model
