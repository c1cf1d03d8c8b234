"""Replace a file as a whole: an interruption leaves the old one or the new one, never a torn one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; at the end it is renamed, and after an exception removed.

    Hidden, and named after this process, so that two processes never write to the same one.

    >>> import tempfile
    >>> directory = Path(tempfile.mkdtemp())
    >>> with replacing(directory / "a.txt") as beside:
    ...     _ = beside.write_text("whole")
    >>> [(path.name, path.read_text()) for path in directory.iterdir()]
    [('a.txt', 'whole')]
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
