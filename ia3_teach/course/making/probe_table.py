"""`python -m ia3_teach.course.making.probe_table`: what probes find in the shipped models, task by task.

It belongs to what is shipped, and says how much of a task a model knew before it was trained on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm.auto import tqdm

from ia3_teach.course.making.probing import EXAMPLES, VIEWS, probe
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.models import TINY, load_model
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.shipped.results import append, read_runs
from ia3_teach.course.shipped.tasks import load_task, task_names


@dataclass(frozen=True)
class Found:
    """One probe: its accuracy on the validation and the test split, in [0, 1]."""

    model: str
    task: str
    view: str
    examples: int
    validation: float
    test: float


def run(directory: Path | None = None, models: Sequence[str] = TINY, examples: int = EXAMPLES) -> None:
    """Measure what is missing of the table, and add it to `directory/results/probes.csv`."""
    directory = directory or own_data_dir()
    path = directory / "results" / "probes.csv"
    known = {(line.model, line.task, line.view, line.examples) for line in read_runs(path, Found)}
    todo = [key for key in wanted(models) if (*key, examples) not in known]
    for name, task, view in tqdm(todo, unit="probe"):
        # With a classifier's head BERT is loaded with its pooler; the head itself is not used.
        model, tokenizer = load_model(name, num_labels=2 if view == "pooler" else None)
        splits = load_task(task)
        both = [
            round(probe(model, tokenizer, splits, view, examples, on), 4) for on in ("validation", "test")
        ]
        append(path, Found(name, task, view, examples, *both))
    manifest.write(directory, {})


def wanted(models: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The probes of the table: (model, task, view); only a BERT has a pooler."""
    for name in models:
        for task in task_names():
            yield from ((name, task, view) for view in VIEWS if view == "mean" or name == "tiny-bert")


if __name__ == "__main__":
    run()
