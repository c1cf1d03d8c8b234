"""How much of the machine one submission may take."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """Seconds of wall clock, bytes, and numbers of processes, for one box.

    `start` is for Python and torch, before a line of the submission is run; `memory` bounds what all its
    processes hold together (torch and a small model need 700 MB); `printed` is how much of what it prints is
    kept, the rest being read and dropped; `said` is for all results.
    """

    start: float = 180.0
    cell: float = 60.0
    probe: float = 30.0
    whole: float = 600.0
    memory: int = 2000 * MEGABYTE
    files: int = 64 * MEGABYTE
    printed: int = 20_000
    said: int = 128 * MEGABYTE
    processes: int = 24
    restarts: int = 9
