"""Running one command in a box: its frames, a piece of what it printed, and how it ended."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

import psutil

from ia3_teach.grading.inside.frames import FrameError, Listener
from ia3_teach.grading.limits import Limits
from ia3_teach.grading.watching import end_all, excess

EVERY = 0.1  # seconds between two looks at a box
MOST_FRAMES = 20_000  # a step, a record, an end: a notebook of 2,000 cells, run three times, says fewer
GRACE = 3.0  # seconds for a step to notice by itself that its time is over


@dataclass
class Ran:
    """What came of a run. `ended` is "" where it came to its end, else "time", "memory", "exit 3" ...

    It is written by the one who watches alone; the one who reads says `unreadable`.
    """

    frames: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)
    printed: bytearray = field(default_factory=bytearray)
    printed_bytes: int = 0
    said_bytes: int = 0
    ended: str = ""
    unreadable: bool = False
    last_heard: float = field(default_factory=time.monotonic)

    def tail(self) -> str:
        """The last line that was kept of what it printed."""
        lines = self.printed.decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it printed nothing"

    def read_frames(self, pipe: IO[bytes], limits: Limits) -> None:
        """All frames, until the pipe ends, one is none, or they are too many."""
        listener = Listener(largest=limits.said)
        while piece := pipe.read1(1 << 16):
            self.said_bytes += len(piece)
            try:
                self.frames.extend(listener.hear(piece))
            except FrameError:
                self.unreadable = True
            if self.unreadable or self.said_bytes > limits.said or len(self.frames) > MOST_FRAMES:
                self.unreadable = True
                return
            self.last_heard = time.monotonic()

    def read_prints(self, pipe: IO[bytes], limits: Limits) -> None:
        """Keep the beginning, count the rest."""
        while piece := pipe.read1(1 << 16):
            self.printed_bytes += len(piece)
            self.printed += piece[: max(0, limits.printed - len(self.printed))]


def run_boxed(command: list[str], limits: Limits, stop: Callable[[], bool], **settings: Any) -> Ran:
    """Run to the end, or until a limit is passed or `stop()` says so; nothing of it lives on."""
    ran = Ran()
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, start_new_session=True, **pipes, **settings) as process:
        root = psutil.Process(process.pid)
        readers = [
            threading.Thread(target=ran.read_frames, args=(process.stdout, limits), daemon=True),
            threading.Thread(target=ran.read_prints, args=(process.stderr, limits), daemon=True),
        ]
        for reader in readers:
            reader.start()
        try:
            _watch(process, root, ran, limits, stop)
        finally:
            end_all(root)
            process.wait()
            for reader in readers:
                reader.join(timeout=5)
    if ran.unreadable:
        ran.ended = ran.ended or "results"
    if not ran.ended and process.returncode:
        ran.ended = f"exit {process.returncode}"
    return ran


def _watch(
    process: subprocess.Popen, root: psutil.Process, ran: Ran, limits: Limits, stop: Callable[[], bool]
) -> None:
    start = time.monotonic()
    while not ran.ended:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=EVERY)
            return
        now = time.monotonic()
        quiet = max(limits.cell, limits.probe) + GRACE if ran.frames else limits.start
        if ran.unreadable:
            ran.ended = "results"
        elif now - start > limits.whole:
            ran.ended = "whole"
        elif now - ran.last_heard > quiet:
            ran.ended = "time"
        elif stop():
            ran.ended = "stopped"
        else:
            ran.ended = excess(root, limits)
