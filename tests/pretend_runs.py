"""Runs that are formulas, for workers of other processes, and the engine on them."""

import os
import time
import zlib
from dataclasses import replace
from pathlib import Path

from ia3_teach.course.making.crews import crew
from ia3_teach.course.making.engine import Engine
from ia3_teach.course.making.parts import part
from ia3_teach.course.making.run_table import opened
from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped.results import Run, read_runs

PART = {"task": ["plan"], "shots": [32], "model": ["tiny-bert"]}


def pretended(run: Run) -> TracedRun:
    """Results that look drawn and depend on the run alone; the process that made them is its machine."""
    drawn = zlib.crc32(repr(run.key).encode()) % 1000 / 1000
    measured = run.with_results(drawn, round(1 - drawn, 4), time.time() % 60)
    return TracedRun(**vars(measured), machine=str(os.getpid()))


def slowly(run: Run) -> TracedRun:
    """The same, after a while in which a worker can be killed."""
    time.sleep(0.3)
    return pretended(run)


def dying_once(run: Run) -> TracedRun:
    """The same, but the first process to come to seed 1 dies of it."""
    mark = Path(os.environ["PRETEND_MARK"])
    if run.seed == 1 and not mark.exists():
        mark.touch()
        os._exit(9)
    return pretended(run)


def dying(run: Run) -> TracedRun:
    """Every process that comes here dies."""
    os._exit(9)


def bare(run: TracedRun) -> TracedRun:
    """A run without what may differ between two ways to the same numbers."""
    return replace(run, seconds=0.0, machine="", torch="", transformers="", commit="")


def worked(path: Path, make, **workers) -> list[TracedRun]:
    """The table that a part of the grid gives."""
    with crew(**workers) as found, opened(path) as table:
        Engine(part(**PART), table, make, found).work()
    return read_runs(path, TracedRun)


def until(holds) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + 180
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
