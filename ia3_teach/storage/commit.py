"""Several files of one directory, replaced together: whoever reads finds all old ones or all new ones.

The new files are written in a folder of their own, which one rename turns into `.saved`: that is the moment.
From then on the files in it count instead of those beside it; they are moved to their places right after, or
by the next save if the process has died in between. Moving a directory as a whole would be simpler, but would
take along, or lose, what else the user keeps there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from ia3_teach.storage.atomic import flush, remove, workshop, write_through
from ia3_teach.storage.locks import alone, unlock
from ia3_teach.wording import short

SAVED = ".saved"
ATTEMPTS = 100
Read = TypeVar("Read")


def replace_together(directory: Path, contents: Mapping[str, bytes]) -> None:
    """Put {name: content} into `directory`, made if it is missing; other files in it stay as they are.

    >>> import tempfile
    >>> directory = Path(tempfile.mkdtemp()) / "new"
    >>> replace_together(directory, {"a": b"1", "b": b"2"})
    >>> sorted(path.name for path in directory.iterdir())
    ['a', 'b']
    """
    directory.mkdir(parents=True, exist_ok=True)
    with workshop(directory, "saving") as private:
        new = private / "new"
        new.mkdir(mode=0o755)
        for name, content in contents.items():
            write_through(new / name, content)
        flush(new)
        lock = alone(directory.resolve() if directory.is_symlink() else directory)
        try:
            put_in_place(directory)  # a save that was killed after its moment comes first
            os.replace(new, directory / SAVED)
            flush(directory)
            put_in_place(directory)
        finally:
            unlock(lock)


def put_in_place(directory: Path) -> None:
    """Move what is in `.saved` to its place, and remove the folder."""
    saved = directory / SAVED
    if saved.is_symlink() or not saved.is_dir():
        return
    for name in sorted(os.listdir(saved)):
        os.replace(saved / name, directory / name)
    flush(directory)
    remove(saved)


def places(directory: Path, names: Sequence[str]) -> dict[str, Path]:
    """{name: where its newest whole version lies}, whether it exists or not."""
    saved = directory / SAVED
    return {name: (saved if os.path.isfile(saved / name) else directory) / name for name in names}


def read_together(directory: Path, names: Sequence[str], read: Callable[[Mapping[str, Path]], Read]) -> Read:
    """What `read` makes of {name: path}, all of one save, also while another process is saving.

    If the files were replaced meanwhile it reads again, whatever it had read, or failed to.
    """
    for _ in range(ATTEMPTS):
        before = marks(directory, names)
        try:
            result = read(places(directory, names))
        except (ValueError, OSError, RuntimeError):  # the last: torch, of a file that is gone
            if marks(directory, names) == before:
                raise
            continue
        if marks(directory, names) == before:
            return result
    raise ValueError(f"{short(directory)} is being saved over and over; load it when that has ended")


def marks(directory: Path, names: Sequence[str]) -> list[tuple[object, ...]]:
    """What tells each file, where it lies now, from any later one."""
    found: list[tuple[object, ...]] = []
    for path in places(directory, names).values():
        try:
            status = path.stat()
        except OSError:
            found.append((path,))
        else:
            found.append((path, status.st_ino, status.st_mtime_ns, status.st_size))
    return found
