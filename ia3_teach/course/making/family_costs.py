"""`python -m ia3_teach.course.making.family_costs`: what the family's methods cost on each of its models.

Bytes are exact. Time is a ratio, each of its measurements beside one of the frozen model,
in this process's own processor time, so that what else a machine does touches both alike.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tqdm.auto import tqdm

from ia3_teach.counting import count
from ia3_teach.course.lesson.evaluate import encode
from ia3_teach.course.lesson.memory import kept_for_backward
from ia3_teach.course.making.measuring import DECODERS
from ia3_teach.course.making.methods import FAMILY
from ia3_teach.course.making.tracing import provenance
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.method_costs import FILE, MethodCost
from ia3_teach.course.shipped.models import load_model
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.shipped.results import quartiles, read_runs, write_rows
from ia3_teach.course.shipped.tasks import few_shot, load_task
from ia3_teach.training.batches import collate
from ia3_teach.training.losses import loss_of
from ia3_teach.training.mode import in_mode
from ia3_teach.training.threads import ONE, one_thread

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from ia3_teach.training.batches import Example

MODELS = ("tiny-bert", "tiny-bloom", "minilm-l6")
ROUNDS, BATCH, TASK = 30, 8, "sentiment"


def run(
    directory: Path | None = None,
    models: Sequence[str] = MODELS,
    methods: Sequence[str] | None = None,
    rounds: int = ROUNDS,
) -> None:
    """Measure these methods (all) on these models and write them into `directory/results/family_costs.csv`,
    in place of what stood there of them.
    """
    directory = directory or own_data_dir()
    path = directory / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    known = {(cost.model, cost.method): cost for cost in read_runs(path, MethodCost)}
    for model in models:
        for method in tqdm(methods or methods_on(model), desc=model):
            known[model, method] = measured(model, method, rounds)
            write_rows(path, [asdict(cost) for cost in in_order(known)])
    manifest.write(directory, {})


def methods_on(model: str) -> list[str]:
    """The methods of the family that the model can have: a decoder has no head of its own to train."""
    return [method for method in FAMILY if method != "head" or model not in DECODERS]


def in_order(known: dict[tuple[str, str], MethodCost]) -> list[MethodCost]:
    """By model, then by method, as the family's grid has them."""
    models, methods = list(MODELS), list(FAMILY)
    keys = sorted(known, key=lambda key: (models.index(key[0]), methods.index(key[1])))
    return [known[key] for key in keys]


def measured(name: str, method: str, rounds: int) -> MethodCost:
    """The cost of one method on one model, on one thread."""
    with ONE.changed(one_thread):
        (bare, batch, examples), (model, *_) = given(name), given(name)
        FAMILY[method].prepare(model, examples)
        frozen = let_pass(bare)
        with in_mode(model, training=True), in_mode(frozen, training=True):
            kept, least = (kept_by(each, batch) for each in (model, frozen))
            ratios = side_by_side(stepping(model, batch), passing(frozen, batch), rounds)
    low, median, high = (round(value, 3) for value in quartiles(ratios))
    facts = {"values": values_of(model, method), "tokens": batch["attention_mask"].numel(), "rounds": rounds}
    sizes = {"kept": kept, "least": least, "time": median, "low": low, "high": high}
    return MethodCost(model=name, method=method, **facts, **sizes, **provenance("float32"))


def given(name: str) -> tuple[nn.Module, dict[str, Tensor], list[Example]]:
    """The model, a batch of a task's examples, and these."""
    model, tokenizer = loaded(name)
    examples = encode(model, tokenizer, few_shot(load_task(TASK)["pool"], BATCH, seed=0))
    return model, collate(examples, model), examples


def loaded(name: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """A model as it is trained, an encoder with a head for two labels, and its tokenizer."""
    model, tokenizer = load_model(name, num_labels=None if name in DECODERS else 2)
    model.config.use_cache = False  # `fit` turns it off as well
    return model, tokenizer


def values_of(model: nn.Module, method: str) -> int:
    """What the method trains beside the head, of which the ends of the scale are made."""
    counted = count(model)
    return counted.trainable if method in ("head", "full") else counted.adapter


def kept_by(model: nn.Module, batch: dict[str, Tensor]) -> int:
    """Bytes that forward keeps for backward."""
    return kept_for_backward(model, lambda model: loss_of(model, batch))[1]


def let_pass(model: nn.Module) -> nn.Module:
    """The least that any method must do: forward, and backward through the frozen model's activations."""
    embeddings = model.requires_grad_(False).get_input_embeddings()
    embeddings.register_forward_hook(lambda module, inputs, hidden: hidden.requires_grad_())
    return model


def passing(model: nn.Module, batch: dict[str, Tensor]) -> Callable[[], None]:
    """Forward and backward."""
    return lambda: loss_of(model, batch).backward()


def stepping(model: nn.Module, batch: dict[str, Tensor]) -> Callable[[], None]:
    """Forward, backward, and AdamW's step; a rate of 0 leaves the values as they are."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=0.0)

    def step() -> None:
        optimizer.zero_grad()
        loss_of(model, batch).backward()
        optimizer.step()

    return step


def side_by_side(one: Callable[[], None], other: Callable[[], None], rounds: int) -> list[float]:
    """The ratios of two actions' seconds, taken in turns; a first turn warms up and is left out.

    >>> len(side_by_side(lambda: sum(range(9999)), lambda: sum(range(9999)), rounds=3))
    3
    """
    gc.collect()
    gc.disable()  # a collection would fall on whoever is next
    try:
        turns = [(seconds(one), seconds(other)) for _ in range(rounds + 1)]
    finally:
        gc.enable()
    return [mine / theirs for mine, theirs in turns[1:]]


def seconds(action: Callable[[], None]) -> float:
    """This process's processor time."""
    start = time.process_time()
    action()
    return time.process_time() - start


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure what the methods of the family cost.")
    parser.add_argument("--models", nargs="+", default=MODELS, choices=MODELS)
    parser.add_argument("--methods", nargs="+", choices=FAMILY)
    run(**vars(parser.parse_args()))
