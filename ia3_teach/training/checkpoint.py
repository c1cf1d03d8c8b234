"""The state of a training run in one file, so that a killed run goes on exactly.

The file is a sha256 sum followed by what torch.save wrote, and is replaced as a whole.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ia3_teach.storage.atomic import replacing

SUM = 64


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
        raise ValueError(f"{path} is of another run: {differ} differ; delete it, or name another file")
    for name, parameter in state.parameters.items():
        parameter.copy_(kept["parameters"][name])
    state.optimizer.load_state_dict(kept["optimizer"])
    state.schedule.load_state_dict(kept["schedule"])
    torch.set_rng_state(kept["random"])
    state.losses[:] = kept["losses"]
    return kept["step"]


def read_checkpoint(path: Path) -> dict[str, object]:
    """What `save_checkpoint` wrote. Raises ValueError if a byte of it is missing or changed."""
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content[SUM:]).hexdigest().encode() != content[:SUM]:
        raise ValueError(f"{path} is not a checkpoint of fit, or it is damaged; delete it to start again")
    return torch.load(io.BytesIO(content[SUM:]), weights_only=True)
