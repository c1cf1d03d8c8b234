"""Save an adapter in PEFT's directory format, and load one, whoever wrote it.

A directory holds `adapter_config.json` and `adapter_model.safetensors`; no code is ever unpickled.
Everything is checked before the model is touched.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from ia3_teach.attach import Handle, attach, check_new_name, known, refuse_merged, state_of
from ia3_teach.decode import decode
from ia3_teach.layer import Adapted, Head, linear_layers, wrapped
from ia3_teach.peft_format import config_of, tensors_of
from ia3_teach.vectors import the_active

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
FINGERPRINT = "ia3_teach_base"


@dataclass(frozen=True)
class Stored:
    """What a directory holds, read but not yet checked against a model."""

    config: dict[str, object]
    tensors: dict[str, torch.Tensor]
    metadata: dict[str, str]


def save_adapter(model: nn.Module, directory: str | Path, name: str | None = None) -> Path:
    """Write an adapter, head included, so that both this library and PEFT can read it; returns the directory.

    Without a name the only active adapter is saved. Each file is written beside and then renamed, so that a kill
    leaves the old file or the new one. Raises ValueError for an unknown name, a merged model or a path that is a file.
    """
    state, directory = state_of(model), Path(directory)
    refuse_merged(state, "save an adapter")
    name = the_active(model) if name is None else known(state, [name])[0]
    if directory.exists() and not directory.is_dir():
        raise ValueError(f"{directory} is a file; an adapter is saved as a directory")
    directory.mkdir(parents=True, exist_ok=True)
    config, tensors = config_of(model, name, state.recipes[name]), tensors_of(model, name)
    metadata = {"format": "pt", FINGERPRINT: fingerprint(model, config["target_modules"])}
    replace(directory / TENSORS, lambda path: save_file(tensors, path, metadata))
    replace(
        directory / CONFIG, lambda path: path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    )
    return directory


def load_adapter(model: nn.Module, directory: str | Path, name: str = "default") -> Handle:
    """Attach the adapter saved in `directory` and make it the active one.

    Raises ValueError, with the model unchanged, for missing or damaged files, another base model, shapes that do
    not fit, values that are not finite, and kinds of adapter that this library does not have.
    """
    state = state_of(model)
    refuse_merged(state, "load an adapter")
    check_new_name(state, name)
    stored = read(Path(directory))
    recipe, values = decode(model, stored.config, stored.tensors)
    written = stored.metadata.get(FINGERPRINT)
    if written is not None and written != fingerprint(model, list(values.sites)):
        raise ValueError(
            f"{directory} was trained on another base model: the weights of its layers are not this model's"
        )
    handle = attach(model, recipe, name)
    fill(model, name, values.sites | values.heads)
    return handle


def read(directory: Path) -> Stored:
    """Read both files. Raises ValueError for what is missing, damaged or unreadable."""
    for name in (CONFIG, TENSORS):
        if not (directory / name).is_file():
            raise ValueError(
                f"{directory} holds no {name}; save_adapter and PEFT's save_pretrained write one"
            )
    try:
        config = json.loads((directory / CONFIG).read_text(encoding="utf-8"))
        with safe_open(directory / TENSORS, framework="pt") as opened:
            tensors = {key: opened.get_tensor(key) for key in opened.keys()}
            metadata = opened.metadata() or {}
    except (SafetensorError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{directory} is damaged ({error}); copy or save it again") from error
    if not isinstance(config, dict):
        raise ValueError(f"{directory / CONFIG} should hold a JSON object; found {type(config).__name__}")
    return Stored(config, tensors, metadata)


@torch.no_grad()
def fill(model: nn.Module, name: str, values: dict[str, dict[str, torch.Tensor]]) -> None:
    """Copy {path: {parameter: values}} into the adapter."""
    for path, place in wrapped(model, (Adapted, Head)).items():
        if name in place.adapters:
            for key, parameter in place.adapters[name].state_dict(keep_vars=True).items():
                parameter.copy_(values[path][key])


def fingerprint(model: nn.Module, paths: list[str]) -> str:
    """A short hash of the frozen layers: shapes and every 97th value, rounded to bfloat16."""
    digest, linears = hashlib.sha256(), linear_layers(model)
    for path in sorted(paths):
        weight = linears[path].weight.detach()
        sample = weight.flatten()[::97].to(torch.float32).to(torch.bfloat16).view(torch.int16).cpu().numpy()
        digest.update(f"{path} {tuple(weight.shape)}".encode() + sample.tobytes())
    return digest.hexdigest()[:32]


def replace(path: Path, write: object) -> None:
    """Write beside `path` and rename: the old file stays whole until the new one is."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
