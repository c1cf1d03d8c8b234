"""The comparison of methods on the held-out tasks: `python -m ia3_teach experiments`.

What is in its tables say `grid` and `real_grid`, what one run is `measuring`, who does the work `crews`, how
it goes on `engine`. The test split is only ever reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from ia3_teach.course.making import few_shot as t_few
from ia3_teach.course.making.asking import UNLABELLED
from ia3_teach.course.making.crews import crew
from ia3_teach.course.making.engine import Engine
from ia3_teach.course.making.grid import (
    FAMILY_PARTS,
    FAMILY_SEEDS,
    FAMILY_SHOTS,
    IN_BOTH,
    POOL_RATES,
    STEPS,
    Cell,
)
from ia3_teach.course.making.measuring import BATCH, traced
from ia3_teach.course.making.methods import FAMILY, FURTHER, METHODS, REAL_METHODS, Method
from ia3_teach.course.making.parts import FAMILY_RUNS, REAL_RUNS, RUNS, part
from ia3_teach.course.making.real_grid import EXAMPLES
from ia3_teach.course.making.run_table import RunTable, opened
from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.shipped.results import read_runs, tidy
from ia3_teach.wording import brief, first_line


def rates_of(table: Mapping[str, Mapping[str, Method]]) -> dict[str, tuple[float, ...]]:
    """The grid of each method of each model."""
    return {
        f"{model} {method}": choice.learning_rates
        for model, methods in table.items()
        for method, choice in methods.items()
    }


HOW = {
    "steps": STEPS,
    "batch": BATCH,
    "learning_rates": rates_of(METHODS),
    "choice": "best validation accuracy of seed 0; seeds 1 to 4 run at that learning rate only",
    "whole_pool": {"examples": max(STEPS), "learning_rates": POOL_RATES, "seeds": [0]},
    "precision": "bfloat16 autocast on processors that have it",
    "family": {
        "methods": {f"{model} {task}": methods for (model, task), methods in FAMILY_PARTS.items()},
        "examples": FAMILY_SHOTS,
        "seeds": list(FAMILY_SEEDS),
        "learning_rates": {name: method.learning_rates for name, method in FAMILY.items()},
        "further": {" ".join(of): rates for of, rates in FURTHER.items()},
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
        "learning_rates": rates_of(REAL_METHODS),
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
            for other in (RUNS, REAL_RUNS):
                take_over(todo, path.with_name(other), growing)
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
        reason = first_line(error) or type(error).__name__
        raise ValueError(
            f"there is no device {brief(device)} here ({brief(reason)}): leave it out, or give "
            "one that torch reaches"
        ) from None


def take_over(cells: Sequence[Cell], other: Path, table: RunTable) -> None:
    """Runs of another table that the family asks for too are not made again: the same in every digit."""
    asked = {(cell.pattern.cell, rate, seed) for cell in cells for rate in cell.rates for seed in cell.seeds}
    for run in read_runs(other, TracedRun):
        found = replace(run, method=IN_BOTH.get(run.method, run.method))
        if (found.cell, found.learning_rate, found.seed) in asked and found.key not in table.done:
            table.add(found)
