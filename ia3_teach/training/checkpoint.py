"""The state of a training run in one file, so that a killed run goes on exactly.

The file is a sha256 sum followed by what torch.save wrote, and is replaced as a whole.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ia3_teach.storage.atomic import replacing

if TYPE_CHECKING:
    from ia3_teach.fit import Run

SUM = 64


def save_checkpoint(path: Path, run: Run, step: int) -> None:
    """Write parameters, optimizer, schedule, random state and losses; the old file stays until then."""
    state = {
        "settings": run.settings,
        "step": step,
        "parameters": {name: p.detach() for name, p in run.parameters.items()},
        "optimizer": run.optimizer.state_dict(),
        "schedule": run.schedule.state_dict(),
        "random": torch.get_rng_state(),
        "losses": run.history.losses,
    }
    buffer = io.BytesIO()
    torch.save(state, buffer)
    content = buffer.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        beside.write_bytes(hashlib.sha256(content).hexdigest().encode() + content)


@torch.no_grad()
def load_checkpoint(path: Path, run: Run) -> int:
    """Bring a run to where its checkpoint was; returns the next step, 0 if there is no checkpoint.

    Raises ValueError, with nothing changed, if the file is damaged or belongs to other settings.
    """
    if not path.exists():
        return 0
    state = read(path)
    other = [key for key, value in run.settings.items() if state["settings"].get(key) != value]
    if other:
        differ = ", ".join(other)
        raise ValueError(f"{path} is of another run: {differ} differ; delete it, or name another file")
    for name, parameter in run.parameters.items():
        parameter.copy_(state["parameters"][name])
    run.optimizer.load_state_dict(state["optimizer"])
    run.schedule.load_state_dict(state["schedule"])
    torch.set_rng_state(state["random"])
    run.history.losses = list(state["losses"])
    return state["step"]


def read(path: Path) -> dict[str, object]:
    """What `save_checkpoint` wrote. Raises ValueError if a byte of it is missing or changed."""
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content[SUM:]).hexdigest().encode() != content[:SUM]:
        raise ValueError(f"{path} is not a checkpoint of fit, or it is damaged; delete it to start again")
    return torch.load(io.BytesIO(content[SUM:]), weights_only=True)
