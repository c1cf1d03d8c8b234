"""The comparison of methods on the held-out tasks: `python -m ia3_teach experiments`.

What is in its two tables says `grid`, who does the work `crews`, how it goes on `engine`. The test split is
only ever reported.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Lock

import torch

from ia3_teach.course.lesson.evaluate import accuracy, encode
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
    part,
    table_name,
)
from ia3_teach.course.making.methods import FAMILY, METHODS
from ia3_teach.course.making.objectives import fast_bfloat16
from ia3_teach.course.making.run_table import RunTable, opened
from ia3_teach.course.making.tracing import TracedRun, provenance
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.models import load_model
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.shipped.results import Run, read_runs, tidy
from ia3_teach.course.shipped.tasks import few_shot, load_task, with_examples
from ia3_teach.training.bars import without_bars
from ia3_teach.training.loop import fit

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
}


def run(
    directory: Path | None = None,
    processes: int = 1,
    scheduler: str | None = None,
    family: bool = False,
    **asked: Sequence | None,
) -> None:
    """Run what is missing of the part of the grid that is asked for (see `grid.part`), and write its tables
    to `directory/results`.

    Each finished run is appended to runs.csv (of the family: family_runs.csv) at once, so that a killed
    process can go on. The same runs come out of one process, of several, and of a Dask cluster's
    `scheduler`; this process alone writes.
    Raises ValueError, before anything is written, for what the grid has not and for a crew or a folder that
    cannot be had.
    """
    directory = directory or own_data_dir()
    todo = part(family, **asked)
    path = directory / "results" / table_name(family)
    with crew(processes, scheduler) as workers, opened(path) as table:
        if family:
            take_over(todo, path.with_name(table_name(family=False)), table)
        Engine(todo, table, traced, workers).work()
        table.finish()
        if not family:
            tidy(path)
        manifest.write(directory, {"experiments": HOW})


def take_over(cells: Sequence[Cell], other: Path, table: RunTable) -> None:
    """Runs of the first table that the family asks for too are not made again: the same in every digit."""
    asked = {(cell.pattern.cell, rate, seed) for cell in cells for rate in cell.rates for seed in cell.seeds}
    for run in read_runs(other, TracedRun):
        found = replace(run, method=IN_BOTH.get(run.method, run.method))
        if (found.cell, found.learning_rate, found.seed) in asked and found.key not in table.done:
            table.add(found)


_alone = Lock()


def traced(run: Run) -> TracedRun:
    """A run and its provenance, on one thread: sums of several depend on how many there are.

    One run at a time in a process, since torch has one random state for all its threads.
    """
    with _alone, without_bars():
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return TracedRun(**vars(measured(run)), **provenance())
        finally:
            torch.set_num_threads(threads)


_splits = cache(load_task)


def measured(run: Run, source: str | None = None) -> Run:
    """Do one run: load, train, and measure validation and test accuracy.

    `source` is the directory of a BERT that is not shipped; it is trained as tiny-bert is.
    """
    start, splits = time.time(), _splits(run.task)
    labels = splits["pool"].features["label"].names
    classes = None if run.model == "tiny-bloom" else len(labels)
    model, tokenizer = load_model(source or run.model, num_labels=classes, seed=run.seed)
    # Without cache_enabled=False autocast keeps the first bfloat16 copy of each trained weight.
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16(), cache_enabled=False):
        if run.method == "in_context":
            shots = few_shot(splits["pool"], run.shots, run.seed)
            splits = {"test": with_examples(splits["test"], shots)}
        elif run.method != "zero_shot":
            rows = splits["pool"]
            rows = rows if run.shots >= len(rows) else few_shot(rows, run.shots, run.seed)
            _trained(model, encode(model, tokenizer, rows), run)
        test = accuracy(model, tokenizer, splits["test"])
        chosen = run.learning_rate > 0  # nothing is chosen for the methods that do not train
        validation = accuracy(model, tokenizer, splits["validation"]) if chosen else float("nan")
    return run.with_results(validation, test, time.time() - start)


def _trained(model: torch.nn.Module, examples: list[dict[str, object]], run: Run) -> None:
    grid = METHODS.get(run.model, METHODS["tiny-bert"])
    method = grid[run.method] if run.method in grid else FAMILY[run.method]
    torch.manual_seed(run.seed)
    method.prepare(model, examples)
    fit(
        model,
        examples,
        steps=STEPS[run.shots],
        learning_rate=run.learning_rate,
        batch_size=BATCH[run.shots],
        seed=run.seed,
    )
