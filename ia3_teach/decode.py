"""From the contents of a PEFT directory to a recipe of ours and the values of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

from ia3_teach.ia3 import IA3, IA3Vectors
from ia3_teach.layer import features, linear_layers
from ia3_teach.lora import LoRA
from ia3_teach.peft_format import PREFIX
from ia3_teach.recipe import NEW_HEADS, Recipe

Tensors = dict[str, dict[str, torch.Tensor]]
ENDINGS = {"IA3": ("ia3_l",), "LORA": ("lora_A.weight", "lora_B.weight")}
MUST_BE = {
    "bias": ("none", None),
    "use_dora": (False, None),
    "use_rslora": (False, None),
    "rank_pattern": ({}, None),
    "alpha_pattern": ({}, None),
}


@dataclass
class Values:
    """{path: {parameter: values}} for the sites and for the heads."""

    sites: Tensors = field(default_factory=dict)
    heads: Tensors = field(default_factory=dict)


def decode(
    model: nn.Module, config: Mapping[str, object], tensors: Mapping[str, torch.Tensor]
) -> tuple[Recipe, Values]:
    """Return the recipe that makes this adapter and the values to fill in, both checked against the model.

    Raises ValueError for a kind, setting, tensor or shape that does not fit.
    """
    kind = config.get("peft_type")
    if kind not in ENDINGS:
        raise ValueError(f"the adapter is of kind {kind!r}; this library reads {' and '.join(ENDINGS)}")
    for key, fine in MUST_BE.items():
        if kind == "LORA" and config.get(key) not in fine:
            raise ValueError(
                f"the adapter was trained with {key}={config[key]!r}, which this library does not have"
            )
    sites, heads = split(config, tensors, ENDINGS[kind])
    check_finite(tensors)
    check_sites(model, sites, ENDINGS[kind])
    check_heads(model, heads)
    if kind == "LORA":
        return lora(config, sites, heads)
    return ia3(model, sites, heads)


def split(
    config: Mapping[str, object], tensors: Mapping[str, torch.Tensor], endings: tuple[str, ...]
) -> tuple[Tensors, Tensors]:
    """Sort the tensors into sites and heads by their names. Raises ValueError for a name that is neither."""
    sites, heads = {}, {}
    head_paths = {*(config.get("modules_to_save") or ()), *NEW_HEADS}
    for key, tensor in tensors.items():
        path = key.removeprefix(PREFIX)
        ending = next((e for e in endings if path.endswith(f".{e}")), None)
        head = next((h for h in head_paths if path.startswith(f"{h}.")), None)
        if not key.startswith(PREFIX) or (ending is None and head is None):
            raise ValueError(
                f"unexpected tensor {key!r}: neither part of a {endings[0]} adapter nor of a saved head"
            )
        if ending is not None:
            sites.setdefault(path.removesuffix(f".{ending}"), {})[ending] = tensor
        else:
            heads.setdefault(head, {})[path.removeprefix(f"{head}.")] = tensor
    if not sites:
        raise ValueError("the file holds no adapter tensors")
    return sites, heads


def check_finite(tensors: Mapping[str, torch.Tensor]) -> None:
    """Refuse NaN, infinity and whole numbers."""
    for key, tensor in tensors.items():
        if not tensor.is_floating_point() or not torch.isfinite(tensor).all():
            raise ValueError(
                f"{key} holds values that are not finite numbers ({tensor.dtype}); the file is damaged"
            )


def check_sites(model: nn.Module, sites: Tensors, endings: tuple[str, ...]) -> None:
    """Refuse layers that the model lacks, missing halves and wrong shapes."""
    linears = linear_layers(model)
    for path, parts in sites.items():
        if path not in linears:
            raise ValueError(
                f"the model has no Linear called {path!r}: the adapter was trained on another architecture"
            )
        if set(parts) != set(endings):
            raise ValueError(f"{path} has {sorted(parts)}; needed are {list(endings)}")
        d_in, d_out = features(linears[path])
        found = [tuple(parts[ending].shape) for ending in endings]
        rank = found[0][0]
        fine = [(d_out, 1)], [(1, d_in)], [(rank, d_in), (d_out, rank)]
        if found not in fine[:2] if len(endings) == 1 else found != fine[2]:
            raise ValueError(
                f"{path} maps {d_in} to {d_out} channels, but the adapter's shapes are {found}: another base model"
            )


def check_heads(model: nn.Module, heads: Tensors) -> None:
    """Refuse heads that the model lacks or that have other shapes."""
    modules = dict(model.named_modules())
    for path, parts in heads.items():
        if path not in modules:
            raise ValueError(
                f"the file holds a head {path!r}, which the model does not have; load it with the same task head"
            )
        mine = {
            key: tuple(value.shape)
            for key, value in modules[getattr_base(modules, path)].state_dict().items()
        }
        found = {key: tuple(value.shape) for key, value in parts.items()}
        if mine != found:
            raise ValueError(
                f"the head {path!r} has {found} in the file and {mine} in the model; is num_labels the same?"
            )


def getattr_base(modules: Mapping[str, nn.Module], path: str) -> str:
    """The path of the head's original where adapters are attached already."""
    return f"{path}.base" if f"{path}.base" in modules else path


def ia3(model: nn.Module, sites: Tensors, heads: Tensors) -> tuple[Recipe, Values]:
    """The paper's recipe where it can hold these values, explicit sites otherwise."""
    scales = {path: parts["ia3_l"] for path, parts in sites.items()}
    sides = {
        path: "out" if scale.shape[1] == 1 and (path_out(model, path) or scale.shape[0] != 1) else "in"
        for path, scale in scales.items()
    }
    for choice in ("paper", sides):
        try:
            recipe = IA3(modules_to_save=tuple(heads), sites=choice)
            plan = recipe.plan(model)
        except ValueError:
            continue
        values = ia3_values(plan, scales, sides)
        if values is not None:
            return recipe, Values(values, heads)
    raise ValueError("the adapter's vectors fit no sites of this model")


def path_out(model: nn.Module, path: str) -> bool:
    """Whether the layer has a single output, where (1, 1) is ambiguous and read as side out."""
    return features(linear_layers(model)[path])[1] == 1


def ia3_values(
    plan: Mapping[str, nn.Module], scales: Mapping[str, torch.Tensor], sides: Mapping[str, str]
) -> Tensors | None:
    """The vectors of each site cut from its scale; None if the plan cannot hold them exactly."""
    if set(plan) != set(scales) or any(plan[path].side != side for path, side in sides.items()):
        return None
    values = {path: cut(plan[path], scales[path].flatten()) for path in plan}
    return None if any(value is None for value in values.values()) else values


def cut(adapter: IA3Vectors, scale: torch.Tensor) -> dict[str, torch.Tensor] | None:
    """The adapter's own channels of a scale; None if other channels, such as queries, are not 1."""
    vectors, rest = {}, torch.ones_like(scale, dtype=torch.bool)
    for name in adapter.vectors():
        channels = adapter.channels_of(name)
        channels = torch.arange(len(scale)) if channels is None else channels.cpu()
        vectors[name], rest[channels] = scale[channels], False
    return vectors if (scale[rest] == 1).all() else None


def lora(config: Mapping[str, object], sites: Tensors, heads: Tensors) -> tuple[Recipe, Values]:
    """The recipe with the file's rank and alpha."""
    ranks = {len(parts["lora_A.weight"]) for parts in sites.values()}
    if ranks != {config.get("r")}:
        raise ValueError(f"the config says rank {config.get('r')!r}, the tensors say {sorted(ranks)}")
    recipe = LoRA(
        modules_to_save=tuple(heads),
        r=config["r"],
        alpha=config.get("lora_alpha", 8),
        dropout=config.get("lora_dropout") or 0.0,
        sites=tuple(sites),
    )
    values = {
        path: {"A": parts["lora_A.weight"], "B": parts["lora_B.weight"]} for path, parts in sites.items()
    }
    return recipe, Values(values, heads)
