"""A folder for what one run of grading lays out, which a run that was killed leaves to the next."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

NAME = "run-"


@contextmanager
def scratch_in(folder: Path) -> Iterator[Path]:
    """A new folder in `folder`, gone at the end; what runs that are no more have left there goes as well.

    Hidden cases are in it: nobody else may read it.
    """
    for left in folder.glob(f"{NAME}*"):
        number = left.name.removeprefix(NAME).partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=f"{NAME}{os.getpid()}-", dir=folder) as new:
        yield Path(new)
