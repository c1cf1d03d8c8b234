"""The comparison of methods on the held-out tasks: `python -m ia3_teach experiments`.

What is in its two tables says `grid`, who does the work `crews`, how it goes on `engine`. The test split is
only ever reported.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import torch

from ia3_teach.course.lesson.evaluate import accuracy, encode
from ia3_teach.course.making import few_shot as t_few
from ia3_teach.course.making.asking import UNLABELLED, frozen, is_asked, share_right, splits_of
from ia3_teach.course.making.crews import crew
from ia3_teach.course.making.engine import Engine
from ia3_teach.course.making.grid import (
    FAMILY_MODEL,
    FAMILY_SEEDS,
    FAMILY_SHOTS,
    IN_BOTH,
    POOL_RATES,
    STEPS,
    Cell,
)
from ia3_teach.course.making.methods import FAMILY, METHODS, REAL_METHODS, Method
from ia3_teach.course.making.objectives import fast_bfloat16
from ia3_teach.course.making.parts import FAMILY_RUNS, RUNS, part
from ia3_teach.course.making.real_grid import EXAMPLES
from ia3_teach.course.making.run_table import RunTable, opened
from ia3_teach.course.making.tracing import TracedRun, provenance
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.models import load_model
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.shipped.real_models import CARRIERS
from ia3_teach.course.shipped.results import Run, read_runs, tidy
from ia3_teach.course.shipped.tasks import few_shot, label_names
from ia3_teach.training.bars import without_bars
from ia3_teach.training.loop import NotFinite, fit
from ia3_teach.wording import brief

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

DECODERS = ("tiny-bloom", "smollm2-135m")
BATCH = {32: 8, 256: 8, 3000: 16}
HOW = {
    "steps": STEPS,
    "batch": BATCH,
    "learning_rates": {
        f"{model} {method}": choice.learning_rates
        for model, methods in METHODS.items()
        for method, choice in methods.items()
    },
    "choice": "best validation accuracy of seed 0; seeds 1 to 4 run at that learning rate only",
    "whole_pool": {"examples": max(STEPS), "learning_rates": POOL_RATES, "seeds": [0]},
    "precision": "bfloat16 autocast on processors that have it",
    "family": {
        "model": FAMILY_MODEL,
        "examples": FAMILY_SHOTS,
        "seeds": list(FAMILY_SEEDS),
        "learning_rates": {name: method.learning_rates for name, method in FAMILY.items()},
    },
    "few_shot": {
        "model": t_few.MODEL,
        "examples": t_few.SHOTS,
        "learning_rates": t_few.RATES,
        "pretraining": t_few.PRETRAINING,
        "long_answers": t_few.LONG,
    },
    "real": {
        "in_context": EXAMPLES,
        "unlabelled_texts": UNLABELLED,
        "precision": "float32 throughout, without TF32",
        "learning_rates": {
            f"{model} {method}": choice.learning_rates
            for model, methods in REAL_METHODS.items()
            for method, choice in methods.items()
        },
    },
}


def run(
    directory: Path | None = None,
    processes: int = 1,
    scheduler: str | None = None,
    table: str = RUNS,
    device: str = "cpu",
    **asked: Sequence | None,
) -> None:
    """Run what is missing of the part of the grid that is asked for (see `parts.part`), and write its tables
    to `directory/results`.

    Each finished run is appended to the table at once, so that a killed process can go on. The same runs come
    out of one process, of several, and of a Dask cluster's `scheduler`; this process alone writes.
    Raises ValueError, before anything is written, for what the grid has not and for a crew, a device or a
    folder that cannot be had.
    """
    directory = directory or own_data_dir()
    todo = part(table, **asked)
    check_device(device)
    path = directory / "results" / table
    with crew(processes, scheduler) as workers, opened(path) as growing:
        if table == FAMILY_RUNS:
            take_over(todo, path.with_name(RUNS), growing)
        Engine(todo, growing, partial(traced, device=device), workers).work()
        growing.finish()
        if table == RUNS:
            tidy(path)
        manifest.write(directory, {"experiments": HOW})


def check_device(device: str) -> None:
    """Refuse a device that torch does not know or this machine has not."""
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(
            f"there is no device {brief(device)} here ({brief(reason)}): leave it out, or give one that "
            "torch reaches"
        ) from None


def take_over(cells: Sequence[Cell], other: Path, table: RunTable) -> None:
    """Runs of the first table that the family asks for too are not made again: the same in every digit."""
    asked = {(cell.pattern.cell, rate, seed) for cell in cells for rate in cell.rates for seed in cell.seeds}
    for run in read_runs(other, TracedRun):
        found = replace(run, method=IN_BOTH.get(run.method, run.method))
        if (found.cell, found.learning_rate, found.seed) in asked and found.key not in table.done:
            table.add(found)


_alone = Lock()


def traced(run: Run, device: str = "cpu") -> TracedRun:
    """A run and its provenance, on one thread: sums of several depend on how many there are.

    One run at a time in a process, since torch has one random state for all its threads.
    """
    with _alone, without_bars():
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            elsewhere = {} if device == "cpu" else {"device": device}
            origin = provenance("" if short_of_float32(run, device) else "float32", device)
            return TracedRun(**vars(measured(run, **elsewhere)), **origin)
        finally:
            torch.set_num_threads(threads)
            if device != "cpu":
                torch.get_device_module(device).empty_cache()  # for the other processes


def short_of_float32(run: Run, device: str) -> bool:
    """Whether a run may be made in bfloat16: the tiny models, on processors that are fast at it."""
    return fast_bfloat16() and device == "cpu" and run.model not in CARRIERS


def measured(run: Run, source: str | None = None, device: str = "cpu") -> Run:
    """Do one run: load, train, and measure validation and test accuracy.

    `source` is the directory of a BERT that is not shipped; it is trained as tiny-bert is.
    """
    start = time.time()
    # Without cache_enabled=False autocast keeps the first bfloat16 copy of each trained weight.
    with torch.autocast("cpu", torch.bfloat16, enabled=short_of_float32(run, device), cache_enabled=False):
        if is_asked(run.method):  # nothing is chosen
            validation, test = float("nan"), share_right(run, device)
        else:
            splits = t_few.answered(splits_of(run.task), run)
            model, tokenizer = trained(run, splits["pool"], source, device)
            validation, test = (accuracy(model, tokenizer, splits[name]) for name in ("validation", "test"))
    return run.with_results(validation, test, time.time() - start)


def trained(
    run: Run, pool: Dataset, source: str | None, device: str
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """A model, and what the run's method makes of it with the run's examples."""
    if run.model in DECODERS:
        model, tokenizer = copy.deepcopy(frozen(run.model, device))
    else:
        classes = len(label_names(pool))
        model, tokenizer = load_model(source or run.model, num_labels=classes, seed=run.seed)
    rows = pool if run.shots >= len(pool) else few_shot(pool, run.shots, run.seed)
    model.to(device)
    if t_few.is_few_shot(run.method):
        t_few.train(model, tokenizer, rows, run, STEPS[run.shots])
        return model, tokenizer
    examples = encode(model, tokenizer, rows)
    torch.manual_seed(run.seed)
    method_of(run).prepare(model, examples)
    how = {"steps": STEPS[run.shots], "batch_size": BATCH[run.shots], "learning_rate": run.learning_rate}
    with suppress(NotFinite):  # a rate too high: the model is measured as it was before that step
        fit(model, examples, seed=run.seed, **how)
    return model, tokenizer


def method_of(run: Run) -> Method:
    """What the run's method does; a BERT that is not shipped is trained as tiny-bert is."""
    for table in (METHODS.get(run.model, {}), REAL_METHODS.get(run.model, {}), METHODS["tiny-bert"], FAMILY):
        if run.method in table:
            return table[run.method]
    raise ValueError(f"no method is called {brief(run.method)}")
