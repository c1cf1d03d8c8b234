"""From what an adapter's directory holds to a recipe of ours and the values of its parameters."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ia3_teach.ia3 import IA3
from ia3_teach.layer import is_stack, outer_modules, scalable_layers
from ia3_teach.lora import LoRA
from ia3_teach.recipe import Recipe
from ia3_teach.sites.find import Site
from ia3_teach.storage.adopting import adopt
from ia3_teach.storage.fitting import check_fit
from ia3_teach.storage.peft_format import CONFIG, stored_shapes
from ia3_teach.storage.promises import check_promises
from ia3_teach.storage.relatives import is_relative, own_fields, recipe_of, values_of
from ia3_teach.storage.stored import Stored, Tensors
from ia3_teach.wording import brief, listed, short

# Settings of PEFT's LoRA that change what the layer computes, and the values that mean plain LoRA.
PLAIN_LORA = {
    "alora_invocation_tokens": (None,),
    "alpha_pattern": ({}, None),
    "bias": ("none", None),
    "init_lora_weights": (True, False, None, "gaussian", "orthogonal", "eva"),  # others change the base
    "layer_replication": (None,),
    "lora_bias": (False, None),
    "rank_pattern": ({}, None),
    "use_dora": (False, None),
    "use_qalora": (False, None),
    "use_rslora": (False, None),
}

# Fields of PEFT's configs that leave the adapter's function alone, or that its tensors show.
HARMLESS = {
    *("auto_mapping", "base_model_name_or_path", "inference_mode", "peft_type", "peft_version", "revision"),
    *("target_modules", "exclude_modules", "feedforward_modules", "fan_in_fan_out", "modules_to_save"),
    *("layers_to_transform", "layers_pattern", "target_parameters", "trainable_token_indices", "task_type"),
    *("init_ia3_weights", "r", "lora_alpha", "lora_dropout", "qalora_group_size", "ensure_weight_tying"),
    *("eva_config", "corda_config", "loftq_config", "lora_ga_config", "megatron_config", "megatron_core"),
}


def check_outline(model: nn.Module, stored: Stored) -> None:
    """Refuse, from names and shapes alone, an adapter that `decode` cannot have or that is not complete."""
    modules = outer_modules(model)
    check_fields(stored)
    adopt(model, stored)
    check_fit(model, modules, stored)
    check_promises(modules, stored)


def decode(model: nn.Module, stored: Stored) -> tuple[Recipe, Tensors]:
    """Return the recipe that makes this adapter and the values to fill in; `check_outline` comes first.

    Raises ValueError for a setting that does not fit, or for values of another base model.
    """
    adopt(model, stored)
    if is_relative(stored):
        return recipe_of(stored), values_of(stored) | stored.heads
    recipe, values = lora(stored) if stored.config["peft_type"] == "LORA" else ia3(model, stored)
    return recipe, values | stored.heads


def check_fields(stored: Stored) -> None:
    """Refuse a field that is set and that may mean another function: newer formats have such fields."""
    own = own_fields(stored)
    for key, value in stored.config.items():
        plain = key in PLAIN_LORA and (not own or value in PLAIN_LORA[key])
        if value and not plain and key not in HARMLESS and key not in own:
            raise ValueError(
                f"{CONFIG} says {brief(key)}={brief(value)}, which this library does not know: the adapter "
                "may need a newer version to be read"
            )


def lora(stored: Stored) -> tuple[LoRA, Tensors]:
    """The recipe with the file's rank and alpha. Raises ValueError for what is not plain LoRA."""
    for key, fine in PLAIN_LORA.items():
        if stored.config.get(key) not in fine:
            raise ValueError(
                f"the adapter was trained with {short(key)}={brief(stored.config[key])}, which this library "
                "does not have"
            )
    ranks = {len(parts["lora_A.weight"]) for parts in stored.sites.values()}
    said = stored.setting("r", int, None)
    if ranks != {said}:
        raise ValueError(f"{CONFIG} says r={brief(said)}, but the tensors have {listed(sorted(ranks))}")
    alpha, dropout = stored.number("lora_alpha", 8), stored.number("lora_dropout", 0.0)
    if not 0 <= dropout < 1:
        raise ValueError(f"{CONFIG} says lora_dropout={brief(dropout)}; it lies between 0 and 1")
    recipe = LoRA(
        modules_to_save=tuple(stored.heads),
        r=ranks.pop(),
        alpha=alpha,
        dropout=dropout,
        sites=tuple(stored.sites),
    )
    return recipe, {
        path: {"A": parts["lora_A.weight"], "B": parts["lora_B.weight"]}
        for path, parts in stored.sites.items()
    }


def ia3(model: nn.Module, stored: Stored) -> tuple[IA3, Tensors]:
    """The paper's recipe where it can hold these values, explicit sites otherwise."""
    layers, heads = scalable_layers(model), tuple(stored.heads)
    scales = {path: parts["ia3_l"] for path, parts in stored.sites.items()}
    sides = {path: side_of(layers[path], scale) for path, scale in scales.items()}
    scales = {path: scale if is_stack(layers[path]) else scale.flatten() for path, scale in scales.items()}
    paper = {site.path: site for site in paper_places(model)}
    values = ia3_values(paper, scales, sides)
    if values is not None:
        missing = tuple(path for path in paper if path not in scales)
        return IA3(modules_to_save=heads, exclude=missing), values
    recipe = IA3(sites=sides, modules_to_save=heads)
    values = ia3_values({site.path: site for site in recipe.places(model)}, scales, sides)
    if values is None:
        raise ValueError("the adapter's vectors fit no sites of this model")
    return recipe, values


def side_of(layer: nn.Module, scale: Tensor) -> str:
    """PEFT keeps output scales as columns (d_out, 1) and input scales as rows (1, d_in)."""
    return "out" if tuple(scale.shape) == stored_shapes(layer).get("out") else "in"


def paper_places(model: nn.Module) -> list[Site]:
    """The paper's sites; none where they are not known."""
    try:
        return IA3().places(model)
    except ValueError:
        return []


def ia3_values(
    sites: Mapping[str, Site], scales: Mapping[str, Tensor], sides: Mapping[str, str]
) -> Tensors | None:
    """{path: the vectors of its site, cut from its scale}; None if the sites cannot hold them exactly."""
    if not all(path in sites and sites[path].side == side for path, side in sides.items()):
        return None
    values = {path: cut(sites[path], scale) for path, scale in scales.items()}
    return None if any(value is None for value in values.values()) else values


def cut(site: Site, scale: Tensor) -> dict[str, Tensor] | None:
    """The site's own channels of a scale; None if other channels, such as queries, are not 1."""
    if None in site.channels.values():  # one vector for all channels
        return dict.fromkeys(site.channels, scale)
    vectors, rest = {}, torch.ones_like(scale, dtype=torch.bool)
    for name, channels in site.channels.items():
        vectors[name], rest[channels] = scale[channels], False
    return vectors if (scale[rest] == 1).all() else None
