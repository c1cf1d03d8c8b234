"""What the exchange laid beside a submission: when it was handed in, and the secret that names its feedback.

Whoever handed in may have written these files, so they are read as any answer is: a plain file, short, or
not at all, with a line that says so.
"""

from __future__ import annotations

import os
import stat
from datetime import datetime
from pathlib import Path

from ia3_teach.course.classroom.copying import NO_LINK
from ia3_teach.course.classroom.received import SECRET, TIME
from ia3_teach.storage.atomic import replacing
from ia3_teach.wording import brief, short

LARGEST = 500  # bytes


def handed_in_at(folder: Path) -> tuple[datetime | None, list[str]]:
    """When a submission was handed in (UTC), None where that is not known; lines about what is odd."""
    from nbgrader.utils import parse_utc

    try:
        text = plain_text(folder / TIME)
        return (parse_utc(text) if text else None), []
    except (ValueError, OverflowError) as error:
        return None, [f"{TIME} is no time ({brief(str(error))}); counted as handed in in time"]


def carry(folder: Path, to: Path) -> None:
    """Copy both into the folder of the marked notebook, where nbgrader needs them to release feedback."""
    for name in (TIME, SECRET):
        try:
            text = plain_text(folder / name)
        except ValueError:
            continue
        if text is not None:
            to.mkdir(parents=True, exist_ok=True)
            with replacing(to / name) as beside:
                beside.write_text(text, encoding="utf-8")


def plain_text(path: Path) -> str | None:
    """The text of a short, plain file; None where there is no file.

    Raises:
        ValueError: it is a link, a pipe or a folder, or has more than 500 bytes, or is no text.
    """
    try:
        descriptor = os.open(path, NO_LINK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ValueError(f"it cannot be read: {short(error.strerror)}") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is no plain file")
        content = os.read(descriptor, LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(content) > LARGEST:
        raise ValueError(f"it has more than {LARGEST} bytes")
    return content.decode("utf-8").strip()
