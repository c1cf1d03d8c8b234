"""A record of its own for every test here, and a small course."""

from pathlib import Path

import pytest

from ia3_teach.course.progress import record
from ia3_teach.course.progress.exercises import Lesson, Posed

LESSONS = [
    Lesson("00_start", "00 · Start", (Posed("0.1", "Turn", 5, "lesson_00.turned"),)),
    Lesson("01_talk", "01 · Only <talk>", ()),
    Lesson(
        "02_one",
        "02 · One & all",
        (Posed("2.1", "Scale", 5, "lesson_02.scale"), Posed("2.2", "Fold", 10, "lesson_02.fold")),
    ),
]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the record; not there yet."""
    monkeypatch.setattr(record, "folder", lambda: tmp_path / "home" / "progress")
    return tmp_path / "home" / "progress"


@pytest.fixture
def lessons() -> list[Lesson]:
    """Three lessons, one of them without exercises."""
    return list(LESSONS)
