"""Runs that are formulas: for workers of other processes, which import them from here."""

import os
import time
import zlib
from dataclasses import replace
from pathlib import Path

from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped.results import Run


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
