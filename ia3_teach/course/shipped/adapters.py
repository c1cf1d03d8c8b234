"""What was trained for the course beforehand: IA3 adapters of the held-out tasks, and tables of runs."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor

from ia3_teach.course.shipped.manifest import check_folder
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import Run, shipped_rows
from ia3_teach.sites.targets import block_number
from ia3_teach.storage.stored import read_stored
from ia3_teach.wording import brief, short

KINDS = {"key": "l_k", "value": "l_v", "dense": "l_ff"}  # the last word of a layer's path, in a BERT
KINDS |= {"k_proj": "l_k", "v_proj": "l_v", "down_proj": "l_ff"}  # and in a Llama


def vectors_directory(name: str) -> Path:
    """The directory of a shipped adapter, for `load_adapter`.

    `name` is a held-out task (an adapter of `tiny-bloom`), 'bert-sentiment' (of `tiny-bert`) or
    'smollm2-sentiment' (of `smollm2-135m`, which is fetched).
    Raises ValueError for an unknown name, ManifestError for a file that was changed.
    """
    root = data_dir() / "vectors"
    directory = root / name
    if not os.path.isfile(directory / "adapter_config.json"):
        known = sorted(path.parent.name for path in root.glob("*/adapter_config.json"))
        raise ValueError(
            f"no vectors are called {brief(name)}; there are {short(', '.join(known) or 'none')}"
        )
    check_folder(f"vectors/{name}")
    return directory


def stored_vectors(name: str) -> dict[str, Tensor]:
    """{"l_k": (n_layers, d), "l_v": ..., "l_ff": ...} of a shipped adapter, read without its model.

    For models whose keys and values have layers of their own. Raises ValueError for others, and as
    `vectors_directory` does.

    >>> {kind: tuple(l.shape) for kind, l in stored_vectors("smollm2-sentiment").items()}
    {'l_k': (30, 192), 'l_v': (30, 192), 'l_ff': (30, 1536)}
    """
    rows: dict[str, dict[int, Tensor]] = {kind: {} for kind in KINDS.values()}
    for path, tensors in read_stored(vectors_directory(name)).sites.items():
        kind, block = KINDS.get(path.rpartition(".")[2]), block_number(path)
        if kind is None or block is None:
            raise ValueError(
                f"{short(path)} is no layer of keys, values or inner activations alone: load the model, then "
                f"load_adapter(model, vectors_directory({brief(name)})) and vectors(model)"
            )
        (rows[kind][block],) = (l.flatten() for l in tensors.values())
    return {kind: torch.stack([blocks[n] for n in sorted(blocks)]) for kind, blocks in rows.items()}


def shipped_runs(name: str = "runs") -> list[Run]:
    """The runs of a shipped table: "runs" of the tiny models, "real_bert" of a real one.

    Raises ManifestError where the table is missing or was changed.
    """
    return shipped_rows(f"results/{name}.csv")
