"""A stranger's folder, which may change while it is read: its plain files, of bounded size, are copied.

No link is followed, also by one who puts it there in the last moment: folders are entered and files opened by
name below a folder that is open already. A file that belongs to somebody else came by a hard link.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from ia3_teach.wording import brief, first_line, short

MEGABYTE = 2**20
MOST_OF_ONE = 64 * MEGABYTE  # a notebook with its outputs
MOST_OF_ALL = 128 * MEGABYTE
MOST_FILES = 500
DEEPEST = 5  # folders below one another
NO_LINK = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
FOLDER = NO_LINK | getattr(os, "O_DIRECTORY", 0)


@dataclass(frozen=True)
class Found:
    """A file: its path below the folder, and where to open it."""

    path: Path
    within: int
    status: os.stat_result


@contextlib.contextmanager
def entered(folder: Path) -> Iterator[int]:
    """The folder, open, whatever takes its place meanwhile. Raises OSError for a link or another thing."""
    descriptor = os.open(folder, FOLDER)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def plain_files(folder: int, left_out: list[str], ignored: Sequence[str] = ()) -> Iterator[Found]:
    """The owner's plain files, notebooks first; what is passed over gets a line in `left_out`."""
    owner = os.fstat(folder).st_uid

    def told(error: OSError) -> None:
        left_out.append(f"{brief(error.filename)} cannot be read")

    for path, folders, names, within in os.fwalk(".", dir_fd=folder, onerror=told):
        folders[:] = [name for name in folders if not is_ignored(name, ignored)]
        if path.count(os.sep) >= DEEPEST and folders:
            left_out.append(f"{brief(path)} goes deeper than {DEEPEST} folders")
            folders.clear()
        for name in sorted(names, key=lambda name: (not name.endswith(".ipynb"), name)):
            if is_ignored(name, ignored):
                continue
            status = os.stat(name, dir_fd=within, follow_symlinks=False)
            if stat.S_ISREG(status.st_mode) and status.st_uid == owner:
                yield Found(Path(path, name), within, status)
            else:
                left_out.append(f"{brief(name)} is no plain file of theirs")


def is_ignored(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name fits one of the patterns."""
    return any(fnmatch(name, pattern) for pattern in patterns)


def last_change(folder: int, ignored: Sequence[str] = ()) -> int:
    """When the folder or one of its files was last changed, as the system has it, in nanoseconds."""
    times = [os.fstat(folder).st_ctime_ns]
    for number, found in enumerate(plain_files(folder, [], ignored)):
        times.append(found.status.st_ctime_ns)
        if number == MOST_FILES:
            break
    return max(times)


def copy_files(folder: int, target: Path, ignored: Sequence[str] = ()) -> list[str]:
    """Copy into an empty folder. Returns lines on what was left out; raises ValueError where all was."""
    left_out: list[str] = []
    taken, room = 0, MOST_OF_ALL
    for found in plain_files(folder, left_out, ignored):
        if taken == MOST_FILES:
            left_out.append(f"there are more than {MOST_FILES} files")
            break
        try:
            room -= copy_one(found, target, min(room, MOST_OF_ONE))
            taken += 1
        except (OSError, ValueError) as error:
            left_out.append(f"{brief(str(found.path))}: {first_line(error)}")
    if not taken:
        raise ValueError(short("; ".join(["nothing in it can be taken", *left_out[:3]]), 590))
    return left_out


def copy_one(found: Found, target: Path, most: int) -> int:
    """Copy a file, and return its size. Raises ValueError where it is larger, or has become another."""
    descriptor = os.open(found.path.name, NO_LINK, dir_fd=found.within)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if (status.st_ino, status.st_dev) != (found.status.st_ino, found.status.st_dev):
            raise ValueError("it was exchanged while it was read")
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it has more than {most:,} bytes")
    place = target / found.path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return len(content)
