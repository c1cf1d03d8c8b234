"""The comparison of methods on the held-out tasks: run, resume, choose learning rates.

For each task, model, method and number of examples: every learning rate of the method's grid is tried
with seed 0; the one with the best validation accuracy is then run with seeds 1 to 4. The test split is
only ever reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import torch
from tqdm.auto import tqdm

from ia3_teach.course.lesson.evaluate import accuracy, encode
from ia3_teach.course.making.methods import FULL, METHODS, Method
from ia3_teach.course.making.objectives import fast_bfloat16
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.models import load_model
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.shipped.results import Run, append, read_runs, tidy
from ia3_teach.course.shipped.tasks import few_shot, load_task, task_names, with_examples
from ia3_teach.training.loop import fit

SEEDS = range(5)
STEPS = {32: 60, 256: 100, 3000: 500}
BATCH = {32: 8, 256: 8, 3000: 16}
POOL_RATES = (5e-4,)
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
}


@dataclass(frozen=True)
class Cell:
    """One entry of the table: what is trained on what, and with how many examples."""

    task: str
    model: str
    method: str
    shots: int

    def runs(self, known: Callable[[Run], Run]) -> Iterator[Run]:
        """All runs of the cell, the learning rate chosen on the way; `known` makes or recalls a run."""
        if self.method in ("zero_shot", "in_context"):
            seeds = SEEDS if self.method == "in_context" else (0,)
            yield from (known(self._run(seed, 0.0)) for seed in seeds)
            return
        whole_pool = self.shots == max(STEPS)
        rates = POOL_RATES if whole_pool else METHODS[self.model][self.method].learning_rates
        yield from search(self._run(0, 0.0), rates, SEEDS[:1] if whole_pool else SEEDS, known)

    def _run(self, seed: int, learning_rate: float) -> Run:
        return Run(self.task, self.model, self.method, self.shots, seed, learning_rate)


def search(
    pattern: Run, rates: Sequence[float], seeds: Sequence[int], known: Callable[[Run], Run]
) -> Iterator[Run]:
    """The pattern at each learning rate with the first seed, then at the best with the other seeds."""
    first, *others = seeds
    tried = [known(replace(pattern, seed=first, learning_rate=rate)) for rate in rates]
    yield from tried
    best = max(tried, key=lambda run: run.validation).learning_rate
    yield from (known(replace(pattern, seed=seed, learning_rate=best)) for seed in others)


def cells(task: str) -> list[Cell]:
    """The cells of one task."""
    found = [Cell(task, "tiny-bloom", "zero_shot", 0), Cell(task, "tiny-bloom", "in_context", 4)]
    found += [Cell(task, "tiny-bloom", "full", max(STEPS))]
    for shots in (32, 256):
        found += [Cell(task, model, method, shots) for model in METHODS for method in METHODS[model]]
    return found


def run(
    directory: Path | None = None,
    tasks: Sequence[str] | None = None,
    models: Sequence[str] = tuple(METHODS),
) -> None:
    """Run what is missing of the comparison, and write its tables to `directory/results`.

    Each finished run is appended to runs.csv at once, so that a killed process can go on. Two
    processes can share the work, one for each model.
    """
    directory = directory or own_data_dir()
    path = directory / "results" / "runs.csv"
    done = {run.key: run for run in read_runs(path)}
    todo = [cell for task in tasks or task_names() for cell in cells(task) if cell.model in models]

    def known(run: Run) -> Run:
        if run.key not in done:
            done[run.key] = measured(run)
            append(path, done[run.key])
        return done[run.key]

    for cell in tqdm(todo, unit="cell"):
        for each in cell.runs(known):
            tqdm.write(str(each))
    tidy(path)
    manifest.write(directory, {"experiments": HOW})


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
    grids = METHODS.get(run.model, METHODS["tiny-bert"])
    method: Method = FULL if run.method == "full" else grids[run.method]
    torch.manual_seed(run.seed)
    method.prepare(model)
    fit(
        model,
        examples,
        steps=STEPS[run.shots],
        learning_rate=run.learning_rate,
        batch_size=BATCH[run.shots],
        seed=run.seed,
    )


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description="Run what is missing of the comparison.")
    parser.add_argument("--models", nargs="+", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--tasks", nargs="+", help="default: all")
    run(**vars(parser.parse_args()))
