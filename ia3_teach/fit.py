"""Train what is trainable: a loop that one can read, with early errors and exact resumption."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from ia3_teach.losses import loss_of
from ia3_teach.state import state_of
from ia3_teach.training.batches import Example, check_data, collate, digest, examples_of
from ia3_teach.training.cache import without_cache
from ia3_teach.training.checkpoint import load_checkpoint, save_checkpoint

SAVE_EVERY = 50
Loss = Callable[[nn.Module, Sequence[Example]], torch.Tensor]


def labels_loss(model: nn.Module, examples: Sequence[Example]) -> torch.Tensor:
    """The loss over the examples' labels: classification, or a loss over tokens (see losses.py)."""
    if "choices" in examples[0]:
        raise ValueError("these examples have answer choices; train with fit(..., loss=t_few_loss)")
    return loss_of(model, collate(examples, model))


@dataclass
class History:
    """The loss of every step."""

    losses: list[float] = field(default_factory=list)


def fit(
    model: nn.Module,
    data: Sequence[Example],
    *,
    steps: int,
    learning_rate: float,
    batch_size: int = 8,
    seed: int = 0,
    weight_decay: float = 0.0,
    loss: Loss = labels_loss,
    checkpoint: str | Path | None = None,
    on_step: Callable[[int, float], None] | None = None,
) -> History:
    """Train with AdamW and a linear schedule after 6 % warm-up (T-Few, appendix C); returns the losses.

    `data` holds examples {"input_ids": [...], "labels": class or [...]}; labels of -100 are ignored.
    `loss(model, examples)` is a scalar; for examples with answer choices give `t_few_loss`.
    With `checkpoint` (a file) the state is saved every 50 steps, and a call with the same settings goes on
    from there: the result is that of an uninterrupted run. `on_step(step, loss)` is called after every step.
    Raises ValueError for empty or unlabelled data, nothing to train, settings that cannot work, a checkpoint
    of another run, or a loss or gradient that is not finite.
    """
    check_settings(steps, learning_rate, batch_size, weight_decay)
    check_data(data)
    settings = {"steps": steps, "learning_rate": learning_rate, "batch_size": batch_size, "seed": seed}
    run = Run(model, data, {**settings, "weight_decay": weight_decay}, loss)
    was_training = model.training
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = 0 if checkpoint is None else load_checkpoint(Path(checkpoint), run)
        try:
            for step in tqdm(range(start, steps), "fit", initial=start, total=steps, delay=2, leave=False):
                value = run.step(step)
                if on_step is not None:
                    on_step(step, value)
                if checkpoint is not None and ((step + 1) % SAVE_EVERY == 0 or step + 1 == steps):
                    save_checkpoint(Path(checkpoint), run, step + 1)
        finally:
            model.train(was_training)
            run.optimizer.zero_grad()
    return run.history


class Run:
    """One training run: parameters, optimizer, schedule and losses so far."""

    def __init__(
        self, model: nn.Module, data: Sequence[Example], settings: dict[str, float], loss: Loss = labels_loss
    ) -> None:
        """Raises ValueError if nothing is trainable."""
        self.model, self.data, self.loss, self.history = model, data, loss, History()
        self.parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
        if not self.parameters:
            raise ValueError("the model has no trainable parameters; attach a recipe or activate an adapter")
        shapes = {name: list(p.shape) for name, p in self.parameters.items()}
        about = {"examples": len(data), "data": digest(data), "adapters": repr(state_of(model).recipes)}
        about["loss"] = getattr(loss, "__name__", type(loss).__name__)
        self.settings = {**settings, **about, "parameters": shapes}
        self.optimizer = torch.optim.AdamW(
            self.parameters.values(), lr=settings["learning_rate"], weight_decay=settings["weight_decay"]
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: slope(step, settings["steps"])
        )

    def step(self, step: int) -> float:
        """One update; returns its loss. Raises ValueError, before the update, if it would not be finite."""
        self.model.train()
        self.optimizer.zero_grad()
        examples = examples_of(step, self.data, self.settings["batch_size"], self.settings["seed"])
        with without_cache(self.model):
            loss = self.loss(self.model, examples)
            loss.backward()
        self.check_finite(step, loss.item())
        self.optimizer.step()
        self.schedule.step()
        self.history.losses.append(loss.item())
        return loss.item()

    def check_finite(self, step: int, loss: float) -> None:
        """Refuse a loss or a gradient with NaN or infinity."""
        norm = nn.utils.get_total_norm(
            [p.grad for p in self.parameters.values() if p.grad is not None]
        ).item()
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise ValueError(
                f"step {step} has a loss of {loss} and a gradient of length {norm}; lower the rate "
                f"({self.settings['learning_rate']}) or look for damaged examples. The model keeps the "
                "values from before this step"
            )


def slope(step: int, steps: int) -> float:
    """The share of the learning rate: up over the first 6 % of the steps, then down to 0.

    >>> [round(slope(step, 100), 2) for step in (0, 5, 6, 53)]
    [0.17, 1.0, 1.0, 0.5]
    """
    warm_up = max(1, round(0.06 * steps))
    return (step + 1) / warm_up if step < warm_up else (steps - step) / max(1, steps - warm_up)


def check_settings(steps: int, learning_rate: float, batch_size: int, weight_decay: float) -> None:
    """Refuse numbers that cannot work."""
    for name, value in {"steps": steps, "batch_size": batch_size}.items():
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} is a whole number of at least 1; found {value!r}")
    if not (math.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"learning_rate must be greater than 0; found {learning_rate!r}")
    if not (math.isfinite(weight_decay) and weight_decay >= 0):
        raise ValueError(f"weight_decay must be at least 0; found {weight_decay!r}")
