"""What has been graded is kept, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ia3_teach.grading.marking import Mark
from ia3_teach.storage.atomic import replacing

LARGEST_FILE = 300_000_000  # bytes; a larger one is not read


@dataclass
class Kept:
    """The result of one notebook of one student, and the key of what it came from."""

    key: str
    marks: dict[str, Mark] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)


def key_of(parts: Iterable[bytes]) -> str:
    """One digest of everything that a result depends on.

    >>> key_of([b"ab", b"c"]) == key_of([b"a", b"bc"])
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def file_digest(path: Path) -> bytes:
    """sha256 of a file; nothing for a link and for none, and for a very large one no more than its size."""
    if path.is_symlink() or not path.is_file():
        return b""
    if (size := path.stat().st_size) > LARGEST_FILE:
        return str(size).encode()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def keep(folder: Path, student: str, sheet: str, result: Kept) -> None:
    """As a whole or not at all."""
    path = _place(folder, student, sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        beside.write_text(json.dumps(asdict(result), indent=1), encoding="utf-8")


def kept(folder: Path, student: str, sheet: str) -> Kept | None:
    """What was kept, or None; a damaged file counts as none."""
    try:
        read: dict[str, Any] = json.loads(_place(folder, student, sheet).read_text(encoding="utf-8"))
        marks = {name: Mark(**mark) for name, mark in read.pop("marks").items()}
        return Kept(**read, marks=marks)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _place(folder: Path, student: str, sheet: str) -> Path:
    """A file whose name any student's may be."""
    return folder / f"{hashlib.sha256(f'{student}/{sheet}'.encode()).hexdigest()[:24]}.json"
