"""PEFT's directory format: the names of tensors and the fields of `adapter_config.json`.

IA3 : base_model.model.<path>.ia3_l            (d_out, 1) on side out, (1, d_in) on side in;
      of a stack of E experts, which PEFT cannot scale, (E, d_in)
LoRA: base_model.model.<path>.lora_A.weight    (r, d_in)  and lora_B.weight (d_out, r)
head: base_model.model.<path of the head>.<its own names>
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ia3_teach.ia3 import IA3Vectors
from ia3_teach.layer import Adapted, Places, features, is_stack, plain_name
from ia3_teach.lora import LoRA, LoRAPair
from ia3_teach.precision import all_finite
from ia3_teach.recipe import Recipe
from ia3_teach.wording import short

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
PREFIX = "base_model.model."
OWN = "IA3_TEACH"  # the kind of adapters that PEFT lacks: <path>.<name of the parameter>
ENDINGS = {"IA3": ("ia3_l",), "LORA": ("lora_A.weight", "lora_B.weight")}
TASK_TYPES = {
    "ForSequenceClassification": "SEQ_CLS",
    "ForTokenClassification": "TOKEN_CLS",
    "ForQuestionAnswering": "QUESTION_ANS",
    "ForCausalLM": "CAUSAL_LM",
    "ForConditionalGeneration": "SEQ_2_SEQ_LM",
}


def tensors_of(places: Places, name: str, recipe: Recipe) -> dict[str, Tensor]:
    """All tensors of one adapter under PEFT's names, copied to the CPU; `places` are the model's.

    Raises ValueError for NaN or infinity, which no one could load again.
    """
    found: dict[str, Tensor] = {}
    for path, place in places.items():
        if name in place.adapters:
            names = recipe.tensor_names if isinstance(place, Adapted) else {}
            for key, value in named_tensors(place.adapters[name], names).items():
                copy = value.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)
                found[f"{PREFIX}{path}.{key}"] = copy
    wrong = [key for key, value in found.items() if not all_finite(value)]
    if wrong:
        raise ValueError(f"{short(wrong[0])} holds NaN or infinity; such an adapter is not saved")
    return found


def named_tensors(adapter: nn.Module, names: Mapping[str, str]) -> dict[str, Tensor]:
    """The tensors of one layer's adapter, or of a head, under PEFT's endings."""
    if isinstance(adapter, IA3Vectors):
        return {"ia3_l": stored_scale(adapter.scale(), adapter.side)}
    if isinstance(adapter, LoRAPair):
        return {"lora_A.weight": adapter.A, "lora_B.weight": adapter.B}
    own = {plain_name(key): value for key, value in adapter.state_dict().items()}
    return {names.get(key, key): value for key, value in own.items()}


def stored_scale(scale: Tensor, side: str) -> Tensor:
    """A site's scale as a file holds it: a column on side out, a row on side in, a row for each expert.

    >>> [tuple(stored_scale(torch.ones(3), side).shape) for side in ("out", "in")]
    [(3, 1), (1, 3)]
    """
    return scale[:, None] if side == "out" else scale.reshape(-1, scale.shape[-1])


def stored_shapes(layer: nn.Module) -> dict[str, tuple[int, int]]:
    """{side: the shape in a file} of the scales that a layer can have.

    >>> stored_shapes(nn.Linear(2, 3))
    {'out': (3, 1), 'in': (1, 2)}
    """
    d_in, d_out = features(layer)
    return {"in": (len(layer.down_proj), d_in)} if is_stack(layer) else {"out": (d_out, 1), "in": (1, d_in)}


def config_of(model: nn.Module, places: Places, name: str, recipe: Recipe) -> dict[str, object]:
    """The fields of `adapter_config.json` for one adapter; `places` are the model's."""
    mine = {path: place for path, place in places.items() if name in place.adapters}
    sites = {path: place for path, place in mine.items() if isinstance(place, Adapted)}
    heads = [path for path in mine if path not in sites]
    common = {
        "auto_mapping": None,
        "base_model_name_or_path": getattr(getattr(model, "config", None), "_name_or_path", None) or None,
        "fan_in_fan_out": any(type(place.base).__name__ == "Conv1D" for place in sites.values()),
        "inference_mode": True,
        "modules_to_save": heads or None,
        "revision": None,
        "target_modules": list(sites),
        "task_type": task_type(model),
    }
    if recipe.file_fields():
        return {**common, "peft_type": OWN, **recipe.file_fields()}
    if isinstance(recipe, LoRA):
        own = {"r": recipe.r, "lora_alpha": recipe.alpha, "lora_dropout": recipe.dropout, "bias": "none"}
        return {**common, "peft_type": "LORA", "init_lora_weights": True, **own}
    inputs = [path for path, place in sites.items() if place.adapters[name].side == "in"]
    return {**common, "peft_type": "IA3", "feedforward_modules": inputs, "init_ia3_weights": True}


def task_type(model: nn.Module) -> str | None:
    """PEFT's word for the kind of model, or None."""
    return next((word for ending, word in TASK_TYPES.items() if type(model).__name__.endswith(ending)), None)
