"""What `save_adapter` notes in the file of tensors beside PEFT's format, and what loading makes of it.

The settings recognise a config of another save, the samples of weights another base model. Files that PEFT
wrote have no notes and are not checked for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from torch import nn

from ia3_teach.layer import Modules, linear_layers, linears_among
from ia3_teach.storage.fingerprints import check_same, fingerprint, layers_of_base
from ia3_teach.storage.methods import SWITCHES
from ia3_teach.storage.peft_format import CONFIG, TENSORS
from ia3_teach.storage.stored import Stored
from ia3_teach.wording import brief, short

SETTINGS, BLOCKS = "ia3_teach_settings", "ia3_teach_blocks"
BASE = "ia3_teach_base"  # not written any more: samples of the adapter's own layers alone
FORMAT = "ia3_teach_format"  # not written yet: this is the first one


def notes(modules: Modules, config: Mapping[str, object]) -> dict[str, str]:
    """The metadata of the file of tensors; `modules` are the model's."""
    linears = linears_among(modules)
    paths = layers_of_base(linears, config["target_modules"], config["modules_to_save"] or ())
    return {"format": "pt", SETTINGS: settings(config), BLOCKS: fingerprint(linears, paths)}


def settings(config: Mapping[str, object]) -> str:
    """What the config says that the tensors cannot show."""
    own = [config[key] for key in ("method", "settings") if key in config]
    own += [switch for switch in SWITCHES if config.get(switch)]
    return json.dumps([config["peft_type"], config.get("r"), config.get("lora_alpha"), *own], sort_keys=True)


def check_save(directory: Path, stored: Stored) -> None:
    """Refuse a later format of this library, and two files of which a kill has replaced one only."""
    if FORMAT in stored.metadata:
        raise ValueError(
            f"{short(directory)} was saved in format {brief(stored.metadata[FORMAT])}, which a newer "
            "ia3_teach reads; update it"
        )
    written, wanted = stored.metadata.get(SETTINGS), settings(stored.config)
    if written not in (None, wanted):
        raise ValueError(
            f"in {short(directory)}, {TENSORS} was saved with other settings ({brief(written)}) "
            f"than {CONFIG} "
            f"says ({brief(wanted)}); save the adapter again"
        )


def check_base(model: nn.Module, stored: Stored) -> None:
    """Refuse an adapter whose base model had other weights."""
    linears = linear_layers(model)
    for note, paths in (
        (BASE, stored.sites),
        (BLOCKS, layers_of_base(linears, stored.sites, stored.heads)),
    ):
        if note in stored.metadata:
            check_same(linears, paths, stored.metadata[note])
