"""The state of a training run in one file, written atomically, so that a killed run goes on exactly."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import torch


def save_checkpoint(path: Path, run: object, step: int) -> None:
    """Write parameters, optimizer, schedule, random state and losses; the old file stays until the new one is whole."""
    state = {
        "settings": run.settings,
        "step": step,
        "parameters": {name: p.detach() for name, p in run.parameters.items()},
        "optimizer": run.optimizer.state_dict(),
        "schedule": run.schedule.state_dict(),
        "random": torch.get_rng_state(),
        "losses": run.history.losses,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        torch.save(state, beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


@torch.no_grad()
def load_checkpoint(path: Path, run: object) -> int:
    """Bring a run to where its checkpoint was; returns the next step, 0 if there is no checkpoint.

    Raises ValueError, with nothing changed, if the file is damaged or belongs to other settings.
    """
    if not path.exists():
        return 0
    try:
        state = torch.load(path, weights_only=True)
        other = [key for key, value in run.settings.items() if state["settings"].get(key) != value]
    except (RuntimeError, EOFError, KeyError, AttributeError, TypeError, pickle.UnpicklingError) as error:
        raise ValueError(
            f"{path} is not a checkpoint of fit, or it is damaged ({error}); delete it to start again"
        ) from error
    if other:
        raise ValueError(
            f"{path} is of another run: {', '.join(other)} differ; delete it, or name another file"
        )
    for name, parameter in run.parameters.items():
        parameter.copy_(state["parameters"][name])
    run.optimizer.load_state_dict(state["optimizer"])
    run.schedule.load_state_dict(state["schedule"])
    torch.set_rng_state(state["random"])
    run.history.losses = list(state["losses"])
    return state["step"]
