"""Read an adapter's directory: names and shapes first, values when those are known to fit."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from ia3_teach.amounts import number
from ia3_teach.precision import all_finite
from ia3_teach.recipe import NEW_HEADS
from ia3_teach.storage.commit import read_together
from ia3_teach.storage.headers import Outline, check_header, outlines, read_settings
from ia3_teach.storage.methods import method_of
from ia3_teach.storage.peft_format import CONFIG, ENDINGS, OWN, PREFIX, TENSORS
from ia3_teach.wording import brief, short

Tensors = dict[str, dict[str, Tensor]]


@dataclass
class Stored:
    """What a directory holds; sites and heads are {path: {name in the file: values}}."""

    config: Mapping[str, object]
    metadata: Mapping[str, str]
    sites: Tensors = field(default_factory=dict)
    heads: Tensors = field(default_factory=dict)
    others: dict[str, Tensor | Outline] = field(default_factory=dict)  # {path: values} that no setting names

    def setting(self, key: str, kind: type | tuple[type, ...], default: object) -> object:
        """A field of the config, of this kind. Raises ValueError for another kind."""
        value = self.config.get(key, default)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ValueError(
                f"{CONFIG} says {short(key)}={brief(value)}, which cannot be; save the adapter again"
            )
        return value

    def number(self, key: str, default: float) -> float:
        """A field that is a finite number. Raises ValueError for another."""
        return number(f"what {CONFIG} says of {short(key)}", self.config.get(key, default))


def read_stored(directory: Path, check: Callable[[Stored], None] | None = None) -> Stored:
    """Read both files. Raises ValueError for what is missing, damaged or unreadable; no code is unpickled.

    `check` is given the same with shapes in place of values, before a value is read.
    """
    return read_together(directory, (CONFIG, TENSORS), lambda places: read_files(directory, places, check))


def read_files(directory: Path, places: Mapping[str, Path], check: Callable[[Stored], None] | None) -> Stored:
    """Read the files that lie at these places for now."""
    for name, path in places.items():
        if not os.path.isfile(path):  # of a name too long it says no, where pathlib raises
            pickled = " (adapter_model.bin is a pickle, which can run code, and is not opened)"
            hint = pickled if os.path.exists(directory / "adapter_model.bin") else ""
            raise ValueError(
                f"{short(directory)} holds no {short(name)}, which save_adapter and PEFT write{short(hint)}"
            )
    try:
        config = read_settings(places[CONFIG])
        check_header(places[TENSORS])
        with safe_open(places[TENSORS], framework="pt") as opened:
            stored = Stored(config, opened.metadata() or {})
            shapes = sort(stored, outlines(opened))
            if check is not None:
                check(shapes)
            tensors = {key: opened.get_tensor(key) for key in opened.keys()}
    except SafetensorError as error:
        raise ValueError(
            f"{short(directory)} is damaged ({short(str(error)[:200])}); copy or save it again"
        ) from error
    for key, tensor in tensors.items():
        check_finite(key, tensor, whole=stored.config.get("peft_type") == OWN)
    return sort(stored, tensors)


def sort(stored: Stored, tensors: Mapping[str, Tensor | Outline]) -> Stored:
    """A copy with sites and heads told apart by the tensors' names; what is neither is left to `adopt`.

    Raises ValueError for a name without the prefix of PEFT's format.
    """
    endings = endings_of(stored)
    sorted_ = replace(stored, sites={}, heads={}, others={})
    saved = stored.setting("modules_to_save", (list, type(None)), None) or []
    named = tuple(str(name) for name in saved if name != "")
    sites = set(map(str, stored.setting("target_modules", (list, str, type(None)), None) or ()))
    for key, tensor in tensors.items():
        path = key.removeprefix(PREFIX)
        ending = next((e for e in endings if path.endswith(f".{e}")), None)
        head = None if ending is not None else head_of(path, named, NEW_HEADS if endings else ())
        if not endings and head is None:  # one of ours, whose names can have dots
            ending = behind(path, sites)
        if not key.startswith(PREFIX):
            raise ValueError(
                f"unexpected tensor {brief(key)}: the names of PEFT's format begin with {PREFIX}"
            )
        if ending is not None:
            sorted_.sites.setdefault(path.removesuffix(f".{ending}"), {})[ending] = tensor
        elif head is not None:
            sorted_.heads.setdefault(head, {})[path.removeprefix(f"{head}.")] = tensor
        else:
            sorted_.others[path] = tensor
    return sorted_


def head_of(path: str, saved: tuple[str, ...], new: tuple[str, ...] = NEW_HEADS) -> str | None:
    """The module that a tensor is part of: the outermost whose path ends as PEFT's `modules_to_save` says.

    >>> head_of("model.embed_tokens.weight", ("embed_tokens",)), head_of("score.weight", ())
    ('model.embed_tokens', 'score')
    """
    parts = path.split(".")
    owners = [".".join(parts[:end]) for end in range(1, len(parts))]
    return next((owner for owner in owners if owner in new or (saved and owner.endswith(saved))), None)


def behind(path: str, sites: set[str]) -> str | None:
    """What follows the longest site that a tensor's path begins with; None where there is none.

    >>> behind("h.0.value.pair.A", {"h.0", "h.0.value"})
    'pair.A'
    """
    words = path.split(".")
    begins = [number for number in range(1, len(words)) if ".".join(words[:number]) in sites]
    return ".".join(words[begins[-1] :]) if begins else None


def endings_of(stored: Stored) -> tuple[str, ...]:
    """The last parts of the tensors' names for this kind of adapter. Raises ValueError for other kinds."""
    kind, method = stored.setting("peft_type", (str, type(None)), None), method_of(stored.config)
    if method is not None:
        return () if kind == OWN else tuple(method.tensor_names.values())
    if kind not in ENDINGS:
        raise ValueError(
            f"the adapter is of kind {brief(kind)}; this library reads {short(' and '.join(ENDINGS))}"
        )
    return ENDINGS[kind]


def check_finite(key: str, tensor: Tensor, whole: bool = False) -> None:
    """Refuse NaN, infinity and values that are not floating-point numbers; `whole` ones may be wanted."""
    if whole and tensor.dtype == torch.int64:
        return
    if not tensor.is_floating_point():
        raise ValueError(
            f"{brief(key)} holds {tensor.dtype}, not floating-point numbers; the file is damaged"
        )
    if not all_finite(tensor.float()):
        raise ValueError(f"{brief(key)} holds NaN or infinity; the file is damaged, or training failed")
