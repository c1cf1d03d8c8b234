"""runs.csv while it grows: one writer at a time, a line as soon as a run is done, whole lines only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped.results import append, read_runs, write_rows
from ia3_teach.storage.locks import alone, is_held, unlock
from ia3_teach.wording import short


@dataclass
class RunTable:
    """The runs that are done, by their keys, and the file that holds them."""

    path: Path
    done: dict[tuple, TracedRun]
    settled: bool = False

    def add(self, run: TracedRun) -> None:
        """Keep a finished run at once. A run that is there already is refused: nothing counts twice."""
        if run.key in self.done:
            raise ValueError(
                f"{short(self.path)} has this run already: {short(run)}. This is a mistake of the program"
            )
        if not self.settled:
            self.settle()
        append(self.path, run)
        self.done[run.key] = run

    def settle(self) -> None:
        """Write the file again, in order, with every column, without lines that were cut short."""
        rows = [asdict(self.done[key]) for key in sorted(self.done)]
        if rows:
            write_rows(self.path, rows)
        else:
            self.path.unlink(missing_ok=True)
        self.settled = True

    def finish(self) -> None:
        """In order, however the runs came in; where nothing was added nothing is written."""
        if self.settled:
            self.settle()


@contextmanager
def opened(path: Path) -> Iterator[RunTable]:
    """The table at `path`, this process's alone until the end. A table to which nothing is added stays as
    it is, to the byte.

    Raises ValueError where the folder is read-only, or another process is writing there.
    """
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise ValueError(
            f"{short(folder)} is read-only: copy it and say where in IA3_TEACH_DATA, or allow writing"
        )
    lock = alone(folder, wait=False)
    if lock is None and is_held(folder):
        raise ValueError(
            f"another process is writing to {short(folder)}: wait for it, or give it --processes"
        )
    try:
        table = RunTable(path, {run.key: run for run in read_runs(path, TracedRun) if run.whole})
        try:
            yield table
        finally:
            table.finish()
    finally:
        unlock(lock)
