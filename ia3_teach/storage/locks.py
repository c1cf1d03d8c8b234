"""Locks on folders: they end with the process that holds them, whatever ends it.

Where the system or the disk has no such locks (Windows, some network disks) nothing is locked: then two that
save to one place at once are not kept apart, and nothing is swept.
"""

from __future__ import annotations

import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


def alone(folder: Path, wait: bool = True) -> int | None:
    """Hold `folder` until `unlock`; None where there are no locks, or, without `wait`, if another holds it.

    Two threads exclude each other as two processes do.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> held = alone(folder)
    >>> alone(folder, wait=False) is None
    True
    >>> unlock(held)
    """
    if fcntl is None:
        return None
    descriptor = None
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        unlock(descriptor)
        return None
    return descriptor


def unlock(lock: int | None) -> None:
    """Let go of what `alone` gave."""
    if lock is not None:
        os.close(lock)


def is_held(folder: Path) -> bool:
    """Whether another holds `folder` now; never where there are no locks."""
    if fcntl is None:
        return False
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return isinstance(error, BlockingIOError)
    finally:
        os.close(descriptor)
    return False
