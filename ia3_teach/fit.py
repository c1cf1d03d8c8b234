"""Train what is trainable: a loop that one can read, with early errors, a progress bar and exact resumption."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from ia3_teach.checkpoint import load_checkpoint, save_checkpoint
from ia3_teach.losses import IGNORED, classification, language_model, token_loss

Example = Mapping[str, object]


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
    checkpoint: str | Path | None = None,
    on_step: Callable[[int, float], None] | None = None,
) -> History:
    """Train with AdamW, a linear schedule and 6 % warm-up (the schedule of T-Few, appendix C); returns the losses.

    `data` holds examples {"input_ids": [...], "labels": class or [...]}; labels of -100 are ignored.
    With `checkpoint` (a file) the state is saved every 50 steps, and a call with the same settings goes on from
    there: the result is that of an uninterrupted run. `on_step(step, loss)` is called after every step.
    Raises ValueError for empty or unlabelled data, nothing to train, settings that cannot work, a checkpoint
    of another run, or a loss that is not finite.
    """
    check_settings(steps=steps, learning_rate=learning_rate, batch_size=batch_size)
    check_data(data)
    run = Run(model, data, steps, learning_rate, batch_size, seed, weight_decay)
    was_training = model.training
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = 0 if checkpoint is None else load_checkpoint(Path(checkpoint), run)
        model.train()
        try:
            for step in tqdm(
                range(start, steps), initial=start, total=steps, desc="fit", delay=2, leave=False
            ):
                loss = run.step(step)
                if on_step is not None:
                    on_step(step, loss)
                if checkpoint is not None and ((step + 1) % 50 == 0 or step + 1 == steps):
                    save_checkpoint(Path(checkpoint), run, step + 1)
        finally:
            model.train(was_training)
    return run.history


class Run:
    """One training run: parameters, optimizer, schedule and the order of the examples."""

    def __init__(self, model, data, steps, learning_rate, batch_size, seed, weight_decay) -> None:
        self.model, self.data, self.batch_size, self.seed = model, data, batch_size, seed
        self.parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
        if not self.parameters:
            raise ValueError(
                "the model has no trainable parameters; attach a recipe, or unfreeze what should be trained"
            )
        shapes = {name: list(p.shape) for name, p in self.parameters.items()}
        self.settings = {"steps": steps, "learning_rate": learning_rate, "batch_size": batch_size, "seed": seed,
                         "weight_decay": weight_decay, "examples": len(data), "parameters": shapes}  # fmt: skip
        self.optimizer = torch.optim.AdamW(
            self.parameters.values(), lr=learning_rate, weight_decay=weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: slope(step, steps))
        self.history = History()

    def step(self, step: int) -> float:
        """One update; returns its loss. Raises ValueError before the update if the loss is not finite."""
        loss = loss_of(self.model, collate(self.examples(step), self.model))
        if not torch.isfinite(loss):
            raise ValueError(
                f"the loss of step {step} is {loss.item()}; lower the learning rate "
                f"({self.settings['learning_rate']}) or look for damaged examples. The model keeps step {step - 1}."
            )
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        self.history.losses.append(loss.item())
        return loss.item()

    def examples(self, step: int) -> list[Example]:
        """The examples of a step: each epoch is a permutation that depends on the seed alone."""
        n = len(self.data)
        places = range(step * self.batch_size, (step + 1) * self.batch_size)
        orders = {epoch: order(n, self.seed, epoch) for epoch in {place // n for place in places}}
        return [self.data[orders[place // n][place % n]] for place in places]


def order(n: int, seed: int, epoch: int) -> list[int]:
    """The permutation of one epoch."""
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed * 1_000_003 + epoch)).tolist()


def slope(step: int, steps: int) -> float:
    """The share of the learning rate: up over the first 6 % of the steps, then down to 0.

    >>> [round(slope(step, 100), 2) for step in (0, 5, 6, 53)]
    [0.17, 1.0, 1.0, 0.5]
    """
    warm_up = max(1, round(0.06 * steps))
    return (step + 1) / warm_up if step < warm_up else (steps - step) / max(1, steps - warm_up)


def collate(examples: Sequence[Example], model: nn.Module) -> dict[str, torch.Tensor]:
    """Pad on the right and stack: input_ids, attention_mask and labels as tensors on the model's device."""
    ids = [list(example["input_ids"]) for example in examples]
    labels = [example["labels"] for example in examples]
    pad = getattr(getattr(model, "config", None), "pad_token_id", None) or 0
    batch = {
        "input_ids": padded(ids, pad),
        "attention_mask": padded([[1] * len(row) for row in ids], 0),
        "labels": torch.tensor(labels) if isinstance(labels[0], int) else padded(labels, IGNORED),
    }
    device = next(model.parameters()).device
    return {name: tensor.to(device) for name, tensor in batch.items()}


def padded(sequences: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    """A (B, T) tensor of whole numbers.

    >>> padded([[1, 2], [3]], 0).tolist()
    [[1, 2], [3, 0]]
    """
    rows = [torch.tensor(list(sequence), dtype=torch.long) for sequence in sequences]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)


def loss_of(model: nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Classification for one label per example, language modelling for one per token."""
    labels = batch["labels"]
    if getattr(getattr(model, "config", None), "is_encoder_decoder", False):
        return token_loss(model(**batch).logits, labels)
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    return classification(logits, labels) if labels.dim() == 1 else language_model(logits, labels)


def check_settings(**settings: float) -> None:
    """Refuse numbers that are not positive."""
    for name, value in settings.items():
        if not value > 0:
            raise ValueError(f"{name} must be greater than 0; found {value!r}")


def check_data(data: Sequence[Example]) -> None:
    """Refuse empty data and examples without tokens or labels, naming the first one."""
    if len(data) == 0:
        raise ValueError("there are no examples to learn from: data is empty")
    for i, example in enumerate(data):
        for key in ("input_ids", "labels"):
            if example.get(key) is None or (not isinstance(example[key], int) and len(example[key]) == 0):
                raise ValueError(
                    f"example {i} has no {key}; encode(model, tokenizer, rows) makes examples with both"
                )


def batches(data: Sequence[Example], model: nn.Module, size: int) -> Iterator[dict[str, torch.Tensor]]:
    """All examples in order, collated, `size` at a time (for evaluation)."""
    for start in range(0, len(data), size):
        yield collate([data[i] for i in range(start, min(start + size, len(data)))], model)
