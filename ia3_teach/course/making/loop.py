"""A pretraining loop that survives a kill: every random choice follows from (seed, step)."""

import math
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm.auto import trange

from ia3_teach.storage.atomic import replacing
from ia3_teach.wording import short

LossOf = Callable[[nn.Module, int], Tensor]
Watching = Callable[[nn.Module, list[float]], None]


def learning_rate_at(step: int, steps: int, peak: float) -> float:
    """Linear warm-up over the first 5 % of the steps, then a cosine down to a tenth of the peak.

    >>> learning_rate_at(100, 100, 1.0)
    0.1
    """
    warm = max(1, steps // 20)
    if step < warm:
        return peak * (step + 1) / warm
    done = (step - warm) / max(1, steps - warm)
    return peak * (0.1 + 0.45 * (1 + math.cos(math.pi * done)))


def write_atomically(state: dict[str, object], path: Path) -> None:
    """Save so that a kill leaves either the old file or the new one."""
    with replacing(path) as beside:
        torch.save(state, beside)


def optimizer_for(model: nn.Module) -> torch.optim.AdamW:
    """AdamW; biases, norms and embeddings are not decayed."""
    plain, decayed = [], []
    for name, parameter in model.named_parameters():
        matrix = parameter.ndim == 2 and "embedding" not in name
        (decayed if matrix else plain).append(parameter)
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def train(
    model: nn.Module,
    loss_of: LossOf,
    steps: int,
    rate_at: Callable[[int], float],
    checkpoint: Path,
    every: int = 100,
    stop_at: int | None = None,
    watch: Watching | None = None,
) -> list[float]:
    """Train, with a checkpoint every so many steps; starts from the checkpoint where there is one.

    `stop_at` ends early, after a checkpoint, as a kill would. `watch` is called after each checkpoint
    with the model and the losses so far. Returns the loss of each step.
    """
    optimizer = optimizer_for(model)
    losses: list[float] = []
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        losses = state["losses"]
    bar = trange(len(losses), stop_at or steps, initial=len(losses), total=steps, unit="step")
    for step in bar:
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step)
        losses.append(_one_step(model, loss_of, optimizer, step))
        bar.set_postfix(loss=f"{sum(losses[-50:]) / len(losses[-50:]):.3f}")
        if (step + 1) % every == 0 or step + 1 == (stop_at or steps):
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            write_atomically(state | {"losses": losses}, checkpoint)
            if watch:
                watch(model, losses)
    return losses


def _one_step(model: nn.Module, loss_of: LossOf, optimizer: torch.optim.Optimizer, step: int) -> float:
    loss = loss_of(model, step)
    if not math.isfinite(loss.item()):
        raise ValueError(f"the loss became {short(loss.item())} at step {step:,}; lower the learning rate")
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()
