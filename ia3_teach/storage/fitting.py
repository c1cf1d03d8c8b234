"""Whether what a directory holds fits a model: its sites, its heads, and their shapes.

All of it is seen from names and shapes, before a value is read.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from ia3_teach.layer import Modules, features, linears_among, original, plain_name, scalable_among
from ia3_teach.storage.headers import Outline
from ia3_teach.storage.peft_format import ENDINGS, stored_shapes
from ia3_teach.storage.relatives import check_relative, is_relative
from ia3_teach.storage.stored import Stored, endings_of
from ia3_teach.wording import brief, listed, short

Parts = Mapping[str, Tensor | Outline]


def check_fit(model: nn.Module, modules: Modules, stored: Stored) -> None:
    """Refuse sites and heads that the model lacks, missing halves and wrong shapes; `modules` are its own."""
    if not stored.sites:
        raise ValueError("the file holds no adapter tensors")
    if is_relative(stored):
        check_relative(model, stored)
    else:
        check_sites(modules, stored)
    for path, parts in stored.heads.items():
        if path not in modules:
            raise ValueError(f"the file holds a head {brief(path)}; load it on a model that has one")
        check_head(path, parts, original(modules[path]))


def check_sites(modules: Modules, stored: Stored) -> None:
    """Refuse sites that the model lacks or that have other shapes."""
    endings = endings_of(stored)
    layers = scalable_among(modules) if endings == ENDINGS["IA3"] else linears_among(modules)
    for path, parts in stored.sites.items():
        if path not in layers:
            raise ValueError(
                f"the model has no Linear called {brief(path)}: the adapter was trained on another "
                "architecture"
            )
        check_site(path, parts, endings, layers[path])


def check_site(path: str, parts: Parts, endings: tuple[str, ...], layer: nn.Module) -> None:
    """Refuse shapes that do not fit this layer."""
    if set(parts) != set(endings):
        raise ValueError(f"{brief(path)} has {listed(sorted(parts))}; needed are {short(list(endings))}")
    (d_in, d_out), found = features(layer), [tuple(parts[ending].shape) for ending in endings]
    if len(endings) == 1:
        fine = found[0] in stored_shapes(layer).values()
    else:
        rank = found[0][0] if found[0] else 0
        fine = rank > 0 and found == [(rank, d_in), (d_out, rank)]
    if not fine:
        raise ValueError(
            f"{brief(path)} maps {d_in:,} to {d_out:,} channels, the adapter's shapes are {brief(found)}: "
            "another base model"
        )


def check_head(path: str, parts: Parts, head: nn.Module) -> None:
    """Refuse a head of other names or shapes."""
    mine = {plain_name(key): tuple(value.shape) for key, value in head.state_dict().items()}
    found = {key: tuple(value.shape) for key, value in parts.items()}
    if mine != found:
        raise ValueError(
            f"the head {brief(path)} has {brief(found, 150)} in the file and {brief(mine, 150)} in the "
            "model; is num_labels the same, or the number of tokens?"
        )
