"""The record on the learner's machine: one small file for each exercise that was passed.

So two notebooks at once never write to one file, and a file that is torn spoils no other.
"""

from __future__ import annotations

import datetime
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ia3_teach.storage.atomic import replacing
from ia3_teach.storage.plain_files import read_json
from ia3_teach.wording import brief, short

LONGEST = 1000  # bytes of a file of ours
FORMAT = "ia3_teach passed exercise"


@dataclass(frozen=True)
class Passed:
    """An exercise by the name of its check, such as lesson_02.fold, and the day it was first passed."""

    exercise: str
    day: datetime.date


def folder() -> Path:
    """Where the record lies: a folder of this user's, outside every project; not made by asking."""
    from platformdirs import user_data_path

    return user_data_path("ia3_teach", appauthor=False) / "progress"


def keep(exercise: str) -> None:
    """Add an exercise; one that is there already keeps its first day.

    Raises ValueError where its file is not one of ours, OSError where nothing can be written.
    """
    path = folder() / f"{exercise}.json"
    if path.exists():
        read(path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"format": FORMAT, "exercise": exercise, "passed": datetime.date.today().isoformat()}
    with replacing(path) as beside:
        beside.write_text(json.dumps(content) + "\n", encoding="utf-8")


def passed() -> dict[str, Passed]:
    """Everything that was passed, by the name of the exercise; empty where nothing was kept.

    Raises ValueError for a file that is not one of ours.
    """
    return {path.stem: read(path) for path in files()}


def files() -> list[Path]:
    """The files of the record, sorted; what else lies in its folder is left alone.

    Raises ValueError where the folder cannot be looked into.
    """
    place = folder()
    try:
        return sorted(path for path in place.iterdir() if path.suffix == ".json")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ValueError(
            f"the record of your progress, {short(place)}, cannot be read ({short(error.strerror)}); "
            "make it a folder that you may read, or remove it"
        ) from error


def read(path: Path) -> Passed:
    """One file of the record.

    Raises ValueError where it cannot be read, or is not what `keep` writes.
    """
    try:
        content = read_json(path, LONGEST)
        if content["format"] != FORMAT or content["exercise"] != path.stem:
            raise ValueError("another program's, or renamed")
        return Passed(path.stem, datetime.date.fromisoformat(content["passed"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{short(path)} is no record of a passed exercise ({brief(error)}); move it away, "
            "and run the check of its exercise again"
        ) from error


def clear() -> int:
    """Remove the whole record; how many exercises it held.

    Raises ValueError, with nothing removed, where a file is not one of ours.
    """
    gone = [folder() / f"{exercise}.json" for exercise in passed()]
    for path in gone:
        path.unlink(missing_ok=True)
    with suppress(OSError):  # something else lies there, or nothing ever did
        folder().rmdir()
    return len(gone)
