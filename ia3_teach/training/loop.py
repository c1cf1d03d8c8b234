"""Train what is trainable: a loop that one can read, with early errors and exact resumption."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from ia3_teach.amounts import number, positive, whole
from ia3_teach.annotated import numbers
from ia3_teach.layer import check_bits, plain_name, unwrapped
from ia3_teach.training.bars import progress
from ia3_teach.training.batches import Example, check_data, collate, examples_of
from ia3_teach.training.cache import without_cache
from ia3_teach.training.checkpoint import TrainingState, check_path, load_checkpoint, save_checkpoint
from ia3_teach.training.losses import loss_of
from ia3_teach.training.mode import in_mode
from ia3_teach.training.sameness import facts_of
from ia3_teach.training.threads import few_threads
from ia3_teach.wording import short

SAVE_EVERY = 50
Loss = Callable[[nn.Module, Sequence[Example]], Tensor]


class NotFinite(ValueError):
    """A loss or a gradient is not finite; the model keeps the values from before that step."""


def labels_loss(model: nn.Module, examples: Sequence[Example]) -> Tensor:
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
    With `checkpoint` (a file) the state is saved every 50 steps, and a call with the same settings, data and
    model goes on from there: the result is that of an uninterrupted run. All data are read once for it.
    `on_step(step, loss)` is called after every step.
    Raises ValueError for empty or unlabelled data, nothing to train, settings that cannot work, a checkpoint
    of another run or where none can be written, or a loss or gradient that is not finite.
    """
    steps, batch_size = whole("steps", steps, least=1), whole("batch_size", batch_size, least=1)
    learning_rate, seed = positive("learning_rate", learning_rate), whole("seed", seed)
    weight_decay = number("weight_decay", weight_decay, least=0)
    check_data(data)
    check_bits(model)
    parameters = trainable_parameters(model)
    if checkpoint is not None:
        check_path(Path(checkpoint))
    optimizer = torch.optim.AdamW(parameters.values(), lr=learning_rate, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: slope(step, steps))
    settings = {"steps": steps, "learning_rate": learning_rate, "batch_size": batch_size, "seed": seed}
    settings |= {"weight_decay": weight_decay}
    if checkpoint is not None:
        settings |= facts_of(model, data, loss, parameters)
    history = History()
    state = TrainingState(settings, parameters, optimizer, schedule, history.losses)
    with few_threads(model), seeded(seed), restoring(model, optimizer), progress("fit") as counted:
        first = 0 if checkpoint is None else load_checkpoint(Path(checkpoint), state)
        for step in counted(range(first, steps)):
            model.train()  # `on_step` may have measured something in between
            examples = examples_of(step, data, batch_size, seed)
            with without_cache(model):
                value = loss(model, examples)  # forward
                optimizer.zero_grad()  # forget the gradients of the step before
                value.backward()
            check_finite(step, value.item(), state)  # before anything is changed
            optimizer.step()
            schedule.step()
            history.losses.append(value.item())
            if on_step is not None:
                on_step(step, value.item())
            if checkpoint is not None and ((step + 1) % SAVE_EVERY == 0 or step + 1 == steps):
                save_checkpoint(Path(checkpoint), state, step + 1)
    return history


def trainable_parameters(model: nn.Module) -> dict[str, nn.Parameter]:
    """{name: parameter} of what is trained. Raises ValueError if there is nothing."""
    named = {plain_name(name): parameter for name, parameter in unwrapped(model).named_parameters()}
    found = {name: parameter for name, parameter in named.items() if parameter.requires_grad}
    if not found:
        raise ValueError("the model has no trainable parameters; attach a recipe or activate an adapter")
    return found


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside this context random numbers follow from the seed; afterwards they go on as before."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


@contextmanager
def restoring(model: nn.Module, optimizer: torch.optim.Optimizer) -> Iterator[None]:
    """After this context the model's mode is what it was before, and no gradient is left."""
    try:
        with in_mode(model, training=True):
            yield
    finally:
        optimizer.zero_grad()


def check_finite(step: int, loss: float, state: TrainingState) -> None:
    """Refuse a loss or a gradient with NaN or infinity."""
    gradients = [parameter.grad for parameter in state.parameters.values() if parameter.grad is not None]
    norm = nn.utils.get_total_norm(gradients).item()
    if not (math.isfinite(loss) and math.isfinite(norm)):
        raise NotFinite(
            f"step {step:,} has a loss of {loss:g} and a gradient of length {norm:g}; lower the rate "
            f"({short(state.settings['learning_rate'])}) or look for damaged examples. The model keeps the "
            "values from before this step"
        )


@numbers(step=0, steps=1)
def slope(step: int, steps: int) -> float:
    """The share of the learning rate: up over the first 6 % of the steps, then down to 0.

    >>> [round(slope(step, 100), 2) for step in (0, 5, 6, 53)]
    [0.17, 1.0, 1.0, 0.5]
    """
    warm_up = max(1, round(0.06 * steps))
    return (step + 1) / warm_up if step < warm_up else (steps - step) / max(1, steps - warm_up)
