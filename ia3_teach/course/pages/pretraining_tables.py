"""The tables of what pretraining added, and of what probes find in the end, from data/results."""

from pathlib import Path

from ia3_teach.course.making.probe_table import Found
from ia3_teach.course.making.watch import Progress
from ia3_teach.course.pages.tables import table
from ia3_teach.course.shipped.results import read_runs


def progress(path: Path) -> str:
    """One table for each model: a row per step that was watched, with loss and probes in per cent."""
    lines = read_runs(path, Progress)
    models = sorted({line.model for line in lines}, reverse=True)
    return "\n\n".join(_of_model(model, [line for line in lines if line.model == model]) for model in models)


def _of_model(model: str, lines: list[Progress]) -> str:
    tasks = sorted({line.task for line in lines})
    rows = []
    for step in sorted({line.step for line in lines}):
        of_step = {line.task: line for line in lines if line.step == step}
        first = next(iter(of_step.values()))
        found = (percent(of_step[task].probe if task in of_step else None) for task in tasks)
        rows.append([first.stage, f"{step:,}", f"{first.loss:.2f}", *found])
    return table([f"`{model}`", "step", "loss", *tasks], rows)


def probes(path: Path) -> str:
    """One row for each model and view: a probe's accuracy on each test split, in per cent; "-": not run."""
    lines = read_runs(path, Found)
    tasks = sorted({line.task for line in lines})
    found = {(line.model, line.view, line.task): line.test for line in lines}
    rows = [
        [f"`{model}`, {view}", *(percent(found.get((model, view, task))) for task in tasks)]
        for model, view in dict.fromkeys((line.model, line.view) for line in lines)
    ]
    return table(["test split", *tasks], rows)


def percent(share: float | None) -> str:
    """A share as whole per cent; "-" for none.

    >>> percent(0.873), percent(None)
    ('87', '-')
    """
    return "-" if share is None else f"{100 * share:.0f}"
