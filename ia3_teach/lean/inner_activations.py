"""Where the non-linearity between the two feed-forward layers is a module of its own, per architecture.

Only there, with nothing in between, can `scaling` compute its output again instead of keeping it.
"""

from __future__ import annotations

from torch import nn

from ia3_teach.lean.scaling import unwatch, watch

# The last segments of the paths of these modules.
INNER_ACTIVATIONS = {
    "bert": "intermediate.intermediate_act_fn",
    "roberta": "intermediate.intermediate_act_fn",
    "distilbert": "ffn.activation",
    "bloom": "mlp.gelu_impl",
    "gpt2": "mlp.act",
    "gpt_neox": "mlp.act",
    "falcon": "mlp.act",
    "opt": "activation_fn",
    "phi": "mlp.activation_fn",
}


def inner_activations(model: nn.Module) -> list[nn.Module]:
    """The activation modules of a model whose architecture is known here; otherwise none."""
    ending = INNER_ACTIVATIONS.get(getattr(getattr(model, "config", None), "model_type", None))
    if ending is None:
        return []
    return [module for path, module in model.named_modules() if f".{path}".endswith(f".{ending}")]


def watch_activations(model: nn.Module) -> None:
    """Let every inner activation remember its input while adapters are attached."""
    for activation in inner_activations(model):
        watch(activation)


def unwatch_activations(model: nn.Module) -> None:
    """Undo `watch_activations`."""
    for activation in inner_activations(model):
        unwatch(activation)
