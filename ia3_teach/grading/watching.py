"""What the processes of a box take together, seen from outside, and how they are ended."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import psutil

from ia3_teach.grading.limits import Limits


def excess(root: psutil.Process, limits: Limits) -> str:
    """Which limit the processes below `root` are over: "processes", "memory" or nothing.

    Resident pages are counted first, which is quick but counts shared pages once for each process; only
    where that is too much, each process is asked for its fair part.
    """
    processes = below(root)
    if len(processes) > limits.processes:
        return "processes"
    if sum(map(_resident, processes)) <= limits.memory:
        return ""
    return "memory" if sum(map(_fair_part, processes)) > limits.memory else ""


def below(root: psutil.Process) -> list[psutil.Process]:
    """Every process that `root` has started, and theirs."""
    with suppress(psutil.Error):
        return root.children(recursive=True)
    return []


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return process.memory_info().rss
    return 0


def _fair_part(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return process.memory_full_info().pss
    return 0


def end_all(root: psutil.Process, seconds: float = 10.0) -> None:
    """End a box, and wait until all that it had started is gone: a killed process may take its time.

    `root`, which has to lead a process group, is left for its parent to wait for.
    """
    started = below(root)
    with suppress(OSError):  # what is being started at this moment is in the group, and not yet in the list
        os.killpg(root.pid, signal.SIGKILL)
    for process in [*started, root]:
        with suppress(psutil.Error):
            process.kill()
    end = time.monotonic() + seconds
    while time.monotonic() < end and not all(map(_gone, started)):
        time.sleep(0.01)


def _gone(process: psutil.Process) -> bool:
    """Ended; in a container there may be nobody who asks for what is left of it."""
    with suppress(psutil.Error):
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    return True
