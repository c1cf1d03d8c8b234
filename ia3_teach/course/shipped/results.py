"""The tables of the experiments: all runs, the runs that count, and their summary."""

from __future__ import annotations

import csv
import io
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TypeVar

from ia3_teach.course.shipped.manifest import check
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.storage.atomic import replacing
from ia3_teach.storage.plain_files import read_text
from ia3_teach.wording import short

_READERS = {"str": str, "int": int, "float": float}


@dataclass(frozen=True)
class Run:
    """One training or measurement; accuracies in [0, 1], nan until measured."""

    task: str
    model: str
    method: str
    shots: int
    seed: int
    learning_rate: float
    validation: float = float("nan")
    test: float = float("nan")
    seconds: float = 0.0

    @property
    def key(self) -> tuple[str, str, str, int, int, float]:
        """What tells one run from another."""
        return (*self.cell, self.seed, self.learning_rate)

    @property
    def cell(self) -> tuple[str, str, str, int]:
        """The entry of the table that the run belongs to."""
        return (self.task, self.model, self.method, self.shots)

    def with_results(self, validation: float, test: float, seconds: float) -> Run:
        """The run, measured."""
        return replace(self, validation=round(validation, 4), test=round(test, 4), seconds=round(seconds, 1))


AnyRun = TypeVar("AnyRun")


def append(path: Path, run: object) -> None:
    """Add one line to a file of runs, which is made if missing; a line cut short stays alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [field.name for field in fields(run)]
    head = "" if path.exists() else ",".join(names)
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([getattr(run, name) for name in names])
    with path.open("a", encoding="utf-8") as file:
        file.write(head + "\n" + line.getvalue())


def shipped_rows(file: str, kind: type[AnyRun] = Run) -> list[AnyRun]:
    """The lines of a shipped table. Raises ManifestError where it is missing or was changed."""
    check([file])
    return read_runs(data_dir() / file, kind)


def read_runs(path: Path, kind: type[AnyRun] = Run) -> list[AnyRun]:
    """All lines of a file, as Runs or another dataclass; a line that a kill cut short is left out.

    A column that the file has not, since it is older, has its default. Raises ValueError where the file
    cannot be read, and, with the line, where a field is not what its column holds.
    """
    if not path.exists():
        return []
    lines = csv.DictReader(io.StringIO(read_text(path), newline=""))
    found = []
    try:
        for row in lines:
            if all(row.values()):
                found.append(run_of(row, kind))
    except (ValueError, TypeError, csv.Error) as error:
        raise ValueError(
            f"{short(path)}, line {lines.line_num:,}, is no line of results ({short(error, 120)}); mend or "
            "remove it"
        ) from error
    return found


def run_of(row: Mapping[str, str], kind: type[AnyRun]) -> AnyRun:
    """One line as a Run. Raises ValueError or TypeError for fields that make none."""
    if None in row:
        raise ValueError("it has more fields than the file has columns")
    reads = {field.name: _READERS[field.type] for field in fields(kind)}
    return kind(**{name: read(row[name]) for name, read in reads.items() if name in row})


def used(runs: Iterable[Run]) -> list[Run]:
    """The runs at each cell's best learning rate: the one with the best validation at seed 0."""
    by_cell: dict[tuple[str, str, str, int], list[Run]] = defaultdict(list)
    for run in runs:
        by_cell[run.cell].append(run)
    kept: list[Run] = []
    for of_cell in by_cell.values():
        tried = sorted((run for run in of_cell if run.seed == 0), key=lambda run: run.learning_rate)
        if tried:
            best = max(tried, key=lambda run: run.validation).learning_rate
            kept += [run for run in of_cell if run.learning_rate == best]
    return sorted(kept, key=lambda run: run.key)


def summary(runs: Iterable[Run]) -> list[dict[str, object]]:
    """Median and quartiles of the test accuracy over the seeds of each cell."""
    by_cell: dict[tuple[str, str, str, int], list[Run]] = defaultdict(list)
    for run in runs:
        by_cell[run.cell].append(run)
    rows: list[dict[str, object]] = []
    for of_cell in by_cell.values():
        tests = [run.test for run in of_cell]
        low, median, high = quartiles(tests)
        first = asdict(of_cell[0])
        facts = {name: first[name] for name in ("task", "model", "method", "shots")}
        numbers = {"seeds": len(tests), "median": median, "quartile_1": low, "quartile_3": high}
        rows.append(facts | {"learning_rate": first["learning_rate"]} | numbers)
    return rows


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """First quartile, median, third quartile.

    >>> quartiles([0.1, 0.2, 0.3, 0.4, 0.5])
    (0.2, 0.3, 0.4)
    """
    if len(values) == 1:
        return (values[0],) * 3
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return round(low, 4), round(median, 4), round(high, 4)


def tidy(path: Path) -> None:
    """Write experiments.csv (the runs that count) and summary.csv beside a file of runs."""
    runs = used(read_runs(path))
    write_rows(path.with_name("experiments.csv"), [asdict(run) for run in runs])
    write_rows(path.with_name("summary.csv"), summary(runs))


def write_rows(path: Path, rows: list[dict[str, object]]) -> None:
    """A csv file with one line per row."""
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
