"""Replace a file as a whole: an interruption leaves the old one or the new one, never a torn one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ia3_teach.storage.locks import alone, unlock


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; at the end it is renamed to `path`, and after an exception removed.

    A link at `path` is replaced, not followed. What a killed process has left beside is swept away.

    >>> directory = Path(tempfile.mkdtemp())
    >>> with replacing(directory / "a.txt") as beside:
    ...     _ = beside.write_text("whole")
    >>> [(path.name, path.read_text()) for path in directory.iterdir()]
    [('a.txt', 'whole')]
    """
    with workshop(path.parent, path.name) as private:
        yield private / path.name
        flush(private / path.name)
        os.replace(private / path.name, path)
        flush(path.parent)


@contextmanager
def workshop(folder: Path, name: str) -> Iterator[Path]:
    """A new folder inside `folder` for what is being written; gone afterwards.

    Its name cannot be foreseen and it is this user's alone (mode 700), so that nobody can lay a link there.
    It is locked while in use: one without a lock is a dead process's, and the next to come removes it.
    """
    sweep(folder, name)
    private, lock = locked_folder(folder, name)
    try:
        yield private
    finally:
        remove(private, ignore_errors=True)
        unlock(lock)


def locked_folder(folder: Path, name: str) -> tuple[Path, int | None]:
    """A new folder and its lock; another one where a sweep came between the two."""
    while True:
        private = Path(tempfile.mkdtemp(prefix=f".{name[:64]}.", suffix=".part", dir=folder))
        lock = alone(private)
        if private.is_dir():
            return private, lock
        unlock(lock)


def remove(folder: Path, ignore_errors: bool = False) -> None:
    """Remove a folder, which is empty unless something went wrong."""
    try:
        os.rmdir(folder)
    except OSError:
        shutil.rmtree(folder, ignore_errors)


def sweep(folder: Path, name: str) -> None:
    """Remove the workshops of this name that no living process holds; links are left alone."""
    start = f".{name[:64]}."
    with os.scandir(folder) as entries:
        old = [entry for entry in entries if entry.name.startswith(start) and entry.name.endswith(".part")]
    for entry in old:
        if entry.is_file(follow_symlinks=False):  # there were no workshops once, and files were left
            with suppress(OSError):
                os.unlink(entry.path)
        elif entry.is_dir(follow_symlinks=False):
            lock = alone(Path(entry.path), wait=False)
            if lock is not None:
                shutil.rmtree(entry.path, ignore_errors=True)
            unlock(lock)


def write_through(path: Path, content: bytes) -> None:
    """Write a new file and have the system write it to the disk."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk, so that a power cut keeps them.

    Raises FileNotFoundError for a file that was not written.
    """
    if path.is_dir():
        with suppress(OSError):  # some systems cannot open or flush a folder
            flush_open(path, os.O_RDONLY)
    else:
        flush_open(path, os.O_RDWR)


def flush_open(path: Path, flags: int) -> None:
    """Open and flush."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
