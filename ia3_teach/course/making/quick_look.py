"""`python -m ia3_teach experiments --quick`: one run of each method made again, beside the shipped one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tqdm.auto import tqdm

from ia3_teach.course.making.crews import crew
from ia3_teach.course.making.grid import Cell
from ia3_teach.course.making.measuring import traced
from ia3_teach.course.making.parts import RUNS, part
from ia3_teach.course.making.tracing import TracedRun, provenance
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import Run, read_runs, used
from ia3_teach.wording import short

MADE_WITH = ("torch", "transformers", "machine")  # where these are the same, so is every digit


def repeat(
    directory: Path | None = None,
    processes: int = 1,
    scheduler: str | None = None,
    table: str = RUNS,
    device: str = "cpu",
    **asked: Sequence | None,
) -> list[tuple[TracedRun, TracedRun]]:
    """Of each model and method that is asked for (see `parts.part`), the first shipped run that counts, and
    the same made now. Prints both and writes nothing.

    Raises ValueError for what the grid or the shipped table has not.
    """
    path = (directory or data_dir()) / "results" / table
    shipped = first_of_each_method(part(table, **asked), path)
    pairs = []
    with crew(processes, scheduler) as workers, tqdm(total=len(shipped), unit="run") as bar:
        begun = [(run, workers.executor.submit(traced, unmeasured(run), device)) for run in shipped]
        for run, future in begun:
            pairs.append((run, future.result()))
            bar.write(line(*pairs[-1]))
            bar.update()
    return pairs


def first_of_each_method(cells: Iterable[Cell], path: Path) -> list[TracedRun]:
    """For each model and method the run with the fewest examples, of the first task and seed."""
    wanted = {(cell.task, cell.model, cell.method, cell.shots) for cell in cells}
    there = [run for run in used(read_runs(path, TracedRun)) if run.cell in wanted]
    if not there:
        raise ValueError(f"{short(path)} has no run of what was asked for: there is nothing to compare with")
    there.sort(key=lambda run: (run.shots, run.task, run.seed), reverse=True)
    return list({(run.model, run.method): run for run in there}.values())


def unmeasured(run: Run) -> Run:
    """What the run was asked to do, without its results."""
    return Run(*run.cell, run.seed, run.learning_rate)


def same_origin(shipped: TracedRun) -> bool:
    """Whether the run was made with these versions on this class of machine."""
    return all(getattr(shipped, name) == provenance()[name] for name in MADE_WITH)


def line(shipped: TracedRun, here: TracedRun) -> str:
    """What was shipped, what came out here, and what a difference means."""
    what = f"{here.task} {here.model} {here.method}, {here.shots} examples, rate {here.learning_rate:g}"
    found = f"{what}: test {here.test:.3f} in {here.seconds} s, shipped {shipped.test:.3f}"
    if here.test == shipped.test:
        return f"{found}: the same"
    origin = "like here" if same_origin(shipped) else f"with torch {shipped.torch}, {shipped.machine}"
    return f"{found}: DIFFERS; shipped was made {origin}"
