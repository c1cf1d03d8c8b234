"""Read an adapter's directory and check it against a model, before anything is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from ia3_teach.layer import features, linear_layers, original, outer_modules
from ia3_teach.recipe import NEW_HEADS
from ia3_teach.storage.commit import read_together
from ia3_teach.storage.peft_format import CONFIG, ENDINGS, PREFIX, TENSORS

Tensors = dict[str, dict[str, Tensor]]


@dataclass
class Stored:
    """What a directory holds; sites and heads are {path: {name in the file: values}}."""

    config: Mapping[str, object]
    metadata: Mapping[str, str]
    sites: Tensors = field(default_factory=dict)
    heads: Tensors = field(default_factory=dict)

    def setting(self, key: str, kind: type | tuple[type, ...], default: object) -> object:
        """A field of the config, of this kind. Raises ValueError for another kind."""
        value = self.config.get(key, default)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ValueError(f"{CONFIG} says {key}={value!r}, which cannot be; save the adapter again")
        return value


def read_stored(directory: Path) -> Stored:
    """Read both files. Raises ValueError for what is missing, damaged or unreadable; no code is unpickled."""
    return read_together(directory, (CONFIG, TENSORS), lambda places: read_files(directory, places))


def read_files(directory: Path, places: Mapping[str, Path]) -> Stored:
    """Read the files that lie at these places for now."""
    for name, path in places.items():
        if not path.is_file():
            pickled = " (adapter_model.bin is a pickle, which can run code, and is not opened)"
            hint = pickled if (directory / "adapter_model.bin").exists() else ""
            raise ValueError(f"{directory} holds no {name}, which save_adapter and PEFT write{hint}")
    try:
        config = json.loads(places[CONFIG].read_text(encoding="utf-8"))
        with safe_open(places[TENSORS], framework="pt") as opened:
            tensors = {key: opened.get_tensor(key) for key in opened.keys()}
            metadata = opened.metadata() or {}
    except (SafetensorError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{directory} is damaged ({error}); copy or save it again") from error
    if not isinstance(config, dict):
        raise ValueError(f"{directory / CONFIG} should hold a JSON object; found {type(config).__name__}")
    return sort(Stored(config, metadata), tensors)


def sort(stored: Stored, tensors: Mapping[str, Tensor]) -> Stored:
    """Tell sites from heads by the tensors' names. Raises ValueError for a name that is neither."""
    endings = endings_of(stored)
    saved = stored.setting("modules_to_save", (list, type(None)), None) or []
    heads = {*map(str, saved), *NEW_HEADS}
    for key, tensor in tensors.items():
        check_finite(key, tensor)
        path = key.removeprefix(PREFIX)
        ending = next((e for e in endings if path.endswith(f".{e}")), None)
        head = next((h for h in heads if path.startswith(f"{h}.")), None)
        if not key.startswith(PREFIX) or (ending is None and head is None):
            raise ValueError(
                f"unexpected tensor {key!r}: neither part of a {endings[0]} adapter nor of a saved head"
            )
        if ending is not None:
            stored.sites.setdefault(path.removesuffix(f".{ending}"), {})[ending] = tensor
        else:
            stored.heads.setdefault(head, {})[path.removeprefix(f"{head}.")] = tensor
    return stored


def endings_of(stored: Stored) -> tuple[str, ...]:
    """The last parts of the tensors' names for this kind of adapter. Raises ValueError for other kinds."""
    kind = stored.setting("peft_type", (str, type(None)), None)
    if kind not in ENDINGS:
        raise ValueError(f"the adapter is of kind {kind!r}; this library reads {' and '.join(ENDINGS)}")
    return ENDINGS[kind]


def check_finite(key: str, tensor: Tensor) -> None:
    """Refuse NaN, infinity and values that are not floating-point numbers."""
    if not tensor.is_floating_point():
        raise ValueError(f"{key} holds {tensor.dtype}, not floating-point numbers; the file is damaged")
    if not torch.isfinite(tensor.float()).all():
        raise ValueError(f"{key} holds NaN or infinity; the file is damaged, or training failed")


def check_fit(model: nn.Module, stored: Stored) -> None:
    """Refuse sites and heads that the model lacks, missing halves and wrong shapes."""
    if not stored.sites:
        raise ValueError("the file holds no adapter tensors")
    linears, modules = linear_layers(model), dict(outer_modules(model))
    for path, parts in stored.sites.items():
        if path not in linears:
            raise ValueError(
                f"the model has no Linear called {path!r}: the adapter was trained on another architecture"
            )
        check_site(path, parts, endings_of(stored), features(linears[path]))
    for path, parts in stored.heads.items():
        if path not in modules:
            raise ValueError(f"the file holds a head {path!r}; load it on a model that has one")
        check_head(path, parts, original(modules[path]))


def check_site(
    path: str, parts: Mapping[str, Tensor], endings: tuple[str, ...], size: tuple[int, int]
) -> None:
    """Refuse shapes that do not fit a Linear of this size (d_in, d_out)."""
    if set(parts) != set(endings):
        raise ValueError(f"{path} has {sorted(parts)}; needed are {list(endings)}")
    (d_in, d_out), found = size, [tuple(parts[ending].shape) for ending in endings]
    if len(endings) == 1:
        fine = found[0] in ((d_out, 1), (1, d_in))
    else:
        rank = found[0][0] if found[0] else 0
        fine = rank > 0 and found == [(rank, d_in), (d_out, rank)]
    if not fine:
        raise ValueError(
            f"{path} maps {d_in} to {d_out} channels, the adapter's shapes are {found}: another base model"
        )


def check_head(path: str, parts: Mapping[str, Tensor], head: nn.Module) -> None:
    """Refuse a head of other names or shapes."""
    mine = {key: tuple(value.shape) for key, value in head.state_dict().items()}
    found = {key: tuple(value.shape) for key, value in parts.items()}
    if mine != found:
        raise ValueError(
            f"the head {path!r} has {found} in the file and {mine} in the model; is num_labels the same?"
        )
