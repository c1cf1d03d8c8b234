"""Save an adapter in PEFT's directory format, and load one, whoever wrote it.

A directory holds `adapter_config.json` and `adapter_model.safetensors`; no code is ever unpickled.
Everything is checked before the model is touched.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from ia3_teach.adapters import Handle, attach
from ia3_teach.layer import Place, outer_modules, plain_name, unwrapped, wrapped
from ia3_teach.state import check_known, check_new_name, refuse_change, refuse_merged, state_of, the_active
from ia3_teach.storage.annotations import check_base, check_save, notes
from ia3_teach.storage.commit import replace_together
from ia3_teach.storage.decoding import check_outline, decode
from ia3_teach.storage.peft_format import CONFIG, TENSORS, config_of, tensors_of
from ia3_teach.storage.stored import Stored, Tensors, read_stored
from ia3_teach.wording import short

WRONG_PLACE = {errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.EROFS}
WRONG_PLACE |= {errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTEMPTY}


def save_adapter(model: nn.Module, directory: str | Path, name: str | None = None) -> Path:
    """Write an adapter, head included, so that this library and PEFT can read it; returns the directory.

    Without a name the only active adapter is saved. A kill at any moment leaves what was there or the new
    adapter, whole; other files in the directory stay as they are. Raises ValueError for an unknown name, a
    merged model, values that are not finite, or a path that is a file or cannot be written.
    """
    model = unwrapped(model)
    state, directory = state_of(model), Path(directory)
    refuse_merged(state, "save an adapter")
    name = the_active(model) if name is None else check_known(state, [name])[0]
    if os.path.exists(directory) and not os.path.isdir(directory):
        raise ValueError(f"{short(directory)} is a file; an adapter is saved as a directory")
    recipe = state.recipes[name]
    modules = outer_modules(model)
    places = {path: module for path, module in modules.items() if isinstance(module, Place)}
    config, tensors = config_of(model, places, name, recipe), tensors_of(places, name, recipe)
    content = in_one_order(save(tensors, notes(modules, config)))
    settings = json.dumps(config, indent=2, sort_keys=True) + "\n"
    try:
        replace_together(directory, {TENSORS: content, CONFIG: settings.encode()})
    except OSError as error:
        if error.errno not in WRONG_PLACE:  # a full disk is no fault of the path
            raise
        raise ValueError(
            f"{short(directory)} cannot be written ({short(error.strerror)}); name a folder of your own"
        ) from error
    return directory


def load_adapter(model: nn.Module, directory: str | Path, name: str = "default") -> Handle:
    """Attach the adapter saved in `directory` and make it the active one.

    Raises ValueError, with the model unchanged, for missing or damaged files, another base model, shapes that
    do not fit, values that are not finite, and kinds of adapter that this library does not have.
    """
    state, directory = state_of(model), Path(directory)
    refuse_change(state, "load an adapter")
    check_new_name(state, name)

    def check(outline: Stored) -> None:
        check_save(directory, outline)
        check_outline(unwrapped(model), outline)
        check_base(model, outline)

    stored = read_stored(directory, check)
    recipe, values = decode(unwrapped(model), stored)
    handle = attach(model, recipe, name)
    fill(model, name, values)
    return handle


@torch.no_grad()
def fill(model: nn.Module, name: str, values: Tensors) -> None:
    """Copy {path: {parameter: values}} into the adapter."""
    for path, place in wrapped(model).items():
        if name in place.adapters:
            for key, parameter in place.adapters[name].state_dict(keep_vars=True).items():
                parameter.copy_(values[path][plain_name(key)])


def in_one_order(content: bytes) -> bytes:
    """A safetensors file with its header sorted: the library's order changes from one save to the next."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.dumps(json.loads(content[8:end]), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return content[:8] + header.encode().ljust(end - 8) + content[end:]
