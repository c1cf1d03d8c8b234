"""What the lessons cost, kept in `data/results/lessons.json`: `python -m ia3_teach run --record`."""

import datetime
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ia3_teach.course.lab.run import LessonRun
from ia3_teach.storage.atomic import replacing

NAME = "results/lessons.json"


def record(directory: Path, runs: Iterable[LessonRun]) -> None:
    """Keep seconds and peak memory of each run in a data directory; other lessons stay as recorded.

    Seconds are rounded up, so that nobody is promised too little. The manifest is left to the caller.
    """
    path = directory / NAME
    today = datetime.date.today().isoformat()
    new = {
        run.lesson: {"seconds": int(run.seconds) + 1, "megabytes": round(run.peak_megabytes), "date": today}
        for run in runs
    }
    content = {"cores": os.cpu_count(), "lessons": recorded(directory) | new}
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        beside.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def recorded(directory: Path) -> dict[str, dict[str, Any]]:
    """Lesson -> seconds, megabytes and date; empty where nothing was recorded."""
    path = directory / NAME
    return json.loads(path.read_text(encoding="utf-8"))["lessons"] if path.exists() else {}
