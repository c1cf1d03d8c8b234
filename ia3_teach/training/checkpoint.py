"""The state of a training run in one file, so that a killed run goes on exactly.

The file is a sha256 sum followed by what torch.save wrote, and is replaced as a whole.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ia3_teach.storage.atomic import replacing, workshop
from ia3_teach.storage.plain_files import check_file
from ia3_teach.wording import short

SUM = 64
START = re.compile(rb"[0-9a-f]{64}PK")  # torch.save writes a zip archive


@dataclass(frozen=True)
class TrainingState:
    """What changes while `fit` trains, and the settings that a run must share with its checkpoint."""

    settings: Mapping[str, object]
    parameters: Mapping[str, nn.Parameter]
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    losses: list[float]


def save_checkpoint(path: Path, state: TrainingState, step: int) -> None:
    """Write parameters, optimizer, schedule, random state and losses; the old file stays until then."""
    kept = {
        "settings": state.settings,
        "step": step,
        "parameters": {name: parameter.detach() for name, parameter in state.parameters.items()},
        "optimizer": state.optimizer.state_dict(),
        "schedule": state.schedule.state_dict(),
        "random": torch.get_rng_state(),
        "losses": state.losses,
    }
    buffer = io.BytesIO()
    torch.save(kept, buffer)
    content = buffer.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        beside.write_bytes(hashlib.sha256(content).hexdigest().encode() + content)


def check_path(path: Path) -> None:
    """Refuse, before the first step, a path at which no checkpoint can be kept.

    Missing folders above it are made. What is there already is not touched.
    """
    name = repr(str(path)[:200])
    if os.path.isdir(path):
        better = repr(str(path / "run.checkpoint"))
        raise ValueError(f"checkpoint={short(name)} is a folder; name a file in it, such as {short(better)}")
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError(f"checkpoint={short(name)} is a device or a pipe; name an ordinary file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with workshop(path.parent, path.name) as private:
            (private / path.name).write_bytes(b"can it be written?")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(
            f"checkpoint={short(name)} cannot be written ({short(reason)}); name a file in a "
            "folder of your own"
        ) from error


@torch.no_grad()
def load_checkpoint(path: Path, state: TrainingState) -> int:
    """Bring a run to where its checkpoint was; returns the next step, 0 if there is no checkpoint.

    Raises ValueError, with nothing changed, if the file is damaged or belongs to other settings.
    """
    if not path.exists():
        return 0
    kept = read_checkpoint(path)
    other = [key for key, value in state.settings.items() if kept["settings"].get(key) != value]
    if other:
        differ = ", ".join(other)
        raise ValueError(
            f"{short(path)} is of another run: {short(differ)} differ; name another file for this one"
        )
    for name, parameter in state.parameters.items():
        parameter.copy_(kept["parameters"][name])
    state.optimizer.load_state_dict(kept["optimizer"])
    state.schedule.load_state_dict(kept["schedule"])
    torch.set_rng_state(kept["random"])
    state.losses[:] = kept["losses"]
    return kept["step"]


def read_checkpoint(path: Path) -> dict[str, object]:
    """What `save_checkpoint` wrote. Raises ValueError if a byte of it is missing or changed."""
    check_file(path, sys.maxsize)
    try:
        with path.open("rb") as file:
            start = file.read(SUM + 2)
            content = start[SUM:] + file.read() if START.fullmatch(start) else b""  # not 2 GB of other things
    except OSError as error:
        raise ValueError(
            f"{short(path)} cannot be read ({short(error.strerror)}); name another file"
        ) from error
    if not content or hashlib.sha256(content).hexdigest().encode() != start[:SUM]:
        raise ValueError(
            f"{short(path)} is not a checkpoint of fit, or it is damaged; name another file to start again"
        )
    return torch.load(io.BytesIO(content), weights_only=True)
