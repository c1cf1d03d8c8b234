"""Who does the runs: this process, several of them, or a cluster; each a `concurrent.futures` executor."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from ia3_teach.wording import brief, short

PATIENCE = 20  # seconds for a scheduler to answer
AHEAD = 2  # runs handed out for each thread of a cluster, so that none waits for the next


class Here(Executor):
    """Does what is submitted at once, in this process."""

    def submit(self, act: Callable, /, *given: object, **named: object) -> Future:
        """A future that is done. Ctrl-C is no result: it goes through."""
        future: Future = Future()
        try:
            future.set_result(act(*given, **named))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass
class Crew:
    """An executor, how to have a new one when its workers die, and how many runs it takes at a time."""

    hire: Callable[[], Executor]
    width: Callable[[], int]
    dies_of: tuple[type[Exception], ...] = (BrokenExecutor,)
    executor: Executor = field(init=False)

    def __post_init__(self) -> None:
        self.executor = self.hire()

    def renew(self) -> None:
        """Go on with new workers."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        self.executor = self.hire()


@contextmanager
def crew(processes: int = 1, scheduler: str | None = None) -> Iterator[Crew]:
    """The workers asked for; gone at the end.

    Raises ValueError for a number below 1, both at once, or a scheduler that cannot be had.
    """
    if processes < 1:
        raise ValueError(f"processes is a whole number of at least 1; found {brief(processes)}")
    if scheduler is not None and processes > 1:
        raise ValueError("a scheduler has workers of its own: give --scheduler or --processes, not both")
    if scheduler is not None:
        with cluster(scheduler) as found:
            yield found
        return
    found = Crew(Here if processes == 1 else lambda: pool(processes), lambda: processes)
    try:
        yield found
    finally:
        found.executor.shutdown(cancel_futures=True)


def pool(processes: int) -> Executor:
    """Processes of their own, begun afresh, since torch's threads do not survive a fork."""
    afresh = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=afresh, initializer=end_with_parent)


def end_with_parent() -> None:
    """In a worker: end when the process that began it is gone, also when it was killed."""

    def watch() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def cluster(address: str) -> Iterator[Crew]:
    """The workers of a running Dask scheduler, `tcp://host:port`."""
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise ValueError('a cluster needs Dask: pip install -e ".[cluster]"') from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"no scheduler answers at {brief(address)} ({short(error)}): begin one with "
            "`dask scheduler`, and give the address that it prints"
        ) from None
    with client:
        if not client.nthreads():
            print("The scheduler has no workers yet: waiting for one (`dask worker ADDRESS --nthreads 1`)")
        executor = client.get_executor(pure=False)
        yield Crew(
            lambda: executor,
            lambda: AHEAD * max(1, sum(client.nthreads().values())),
            (BrokenExecutor, KilledWorker),
        )
