"""Save an adapter in PEFT's directory format, and load one, whoever wrote it.

A directory holds `adapter_config.json` and `adapter_model.safetensors`; no code is ever unpickled.
Everything is checked before the model is touched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from ia3_teach.attach import Handle, attach
from ia3_teach.layer import wrapped
from ia3_teach.state import check_new_name, known, refuse_change, refuse_merged, state_of, the_active
from ia3_teach.storage.decode import decode
from ia3_teach.storage.fingerprint import check_base, fingerprint
from ia3_teach.storage.peft_format import CONFIG, TENSORS, config_of, tensors_of
from ia3_teach.storage.stored import Stored, Tensors, read

SETTINGS, BASE = "ia3_teach_settings", "ia3_teach_base"
FORMAT = "ia3_teach_format"  # not written: this is the first one


def save_adapter(model: nn.Module, directory: str | Path, name: str | None = None) -> Path:
    """Write an adapter, head included, so that this library and PEFT can read it; returns the directory.

    Without a name the only active adapter is saved. Each file is written beside and then renamed: a kill
    leaves the old file or the new one. Raises ValueError for an unknown name, a merged model, values that
    are not finite, or a path that is a file.
    """
    state, directory = state_of(model), Path(directory)
    refuse_merged(state, "save an adapter")
    name = the_active(model) if name is None else known(state, [name])[0]
    if directory.exists() and not directory.is_dir():
        raise ValueError(f"{directory} is a file; an adapter is saved as a directory")
    config, tensors = config_of(model, name, state.recipes[name]), tensors_of(model, name)
    metadata = {
        "format": "pt",
        SETTINGS: settings(config),
        BASE: fingerprint(model, config["target_modules"]),
    }
    directory.mkdir(parents=True, exist_ok=True)
    content = in_one_order(save(tensors, metadata))
    replace(directory / TENSORS, lambda path: path.write_bytes(content))
    text = json.dumps(config, indent=2, sort_keys=True) + "\n"
    replace(directory / CONFIG, lambda path: path.write_text(text, encoding="utf-8"))
    return directory


def load_adapter(model: nn.Module, directory: str | Path, name: str = "default") -> Handle:
    """Attach the adapter saved in `directory` and make it the active one.

    Raises ValueError, with the model unchanged, for missing or damaged files, another base model, shapes that
    do not fit, values that are not finite, and kinds of adapter that this library does not have.
    """
    state, directory = state_of(model), Path(directory)
    refuse_change(state, "load an adapter")
    check_new_name(state, name)
    stored = read(directory)
    check_format(directory, stored)
    check_same_save(directory, stored)
    recipe, values = decode(model, stored)
    check_base(model, stored.sites, stored.metadata.get(BASE))
    handle = attach(model, recipe, name)
    fill(model, name, values)
    return handle


@torch.no_grad()
def fill(model: nn.Module, name: str, values: Tensors) -> None:
    """Copy {path: {parameter: values}} into the adapter."""
    for path, place in wrapped(model).items():
        if name in place.adapters:
            for key, parameter in place.adapters[name].state_dict(keep_vars=True).items():
                parameter.copy_(values[path][key])


def settings(config: Mapping[str, object]) -> str:
    """What the config says that the tensors cannot show, to recognise a config of another save."""
    return json.dumps([config["peft_type"], config.get("r"), config.get("lora_alpha")])


def in_one_order(content: bytes) -> bytes:
    """A safetensors file with its header sorted: the library's order changes from one save to the next."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.dumps(json.loads(content[8:end]), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return content[:8] + header.encode().ljust(end - 8) + content[end:]


def check_format(directory: Path, stored: Stored) -> None:
    """Refuse a later format of this library."""
    if FORMAT in stored.metadata:
        raise ValueError(
            f"{directory} was saved in format {stored.metadata[FORMAT]!r}, which a newer ia3_teach reads; "
            "update it"
        )


def check_same_save(directory: Path, stored: Stored) -> None:
    """Refuse two files of which a kill has replaced one only. Files that PEFT wrote do not say."""
    written = stored.metadata.get(SETTINGS)
    if written is not None and written != settings(stored.config):
        raise ValueError(
            f"in {directory}, {TENSORS} was saved with other settings ({written}) than {CONFIG} says "
            f"({settings(stored.config)}); save the adapter again"
        )


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside `path` and rename: the old file stays whole until the new one is."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
