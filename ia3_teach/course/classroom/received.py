"""What is known of a submission in the exchange: whose it is, when it came, and what is noted with it."""

from __future__ import annotations

import re
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ia3_teach.wording import short

SLACK = timedelta(minutes=10)  # from when a submission takes its name to when its last file is there
TIME, SECRET = "timestamp.txt", "submission_secret.txt"  # nbgrader's names
FORM = "%Y-%m-%d %H:%M:%S.%f UTC"


@dataclass(frozen=True)
class Submission:
    """A folder of the exchange, whose it is and when it came (UTC)."""

    folder: Path
    student: str
    came: datetime


def name_of(number: int) -> str:
    """A user's name. Raises ValueError for one who is no longer there."""
    import pwd  # of systems with users' names; elsewhere there is no exchange

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        raise ValueError(f"its owner, user {short(number)}, is not known here") from None


def in_utc(nanoseconds: int) -> datetime:
    """A time of the system's, to the microsecond, as nbgrader keeps times."""
    seconds, rest = divmod(nanoseconds // 1000, 10**6)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest, tzinfo=None)


def time_of(text: str) -> datetime | None:
    """The time that nbgrader's own writing says, None for anything else.

    >>> time_of("2026-11-27 10:00:00.5 UTC"), time_of("whenever")
    (datetime.datetime(2026, 11, 27, 10, 0, 0, 500000), None)
    """
    try:
        return datetime.strptime(text.strip(), FORM)
    except ValueError:
        return None


def write_receipt(folder: Path, came: datetime) -> None:
    """The time as the system has it; and a secret to name the feedback by, where there is none that can."""
    (folder / TIME).write_text(came.strftime(FORM), encoding="utf-8")
    secret = folder / SECRET
    said = secret.read_bytes() if secret.is_file() else b""
    if not re.fullmatch(rb"[0-9A-Za-z_-]{16,256}", said):
        if secret.is_dir():
            shutil.rmtree(secret)
        secret.write_text(secrets.token_hex(64), encoding="utf-8")
