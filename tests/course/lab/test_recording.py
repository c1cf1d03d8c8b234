"""What the lessons cost is kept, lesson by lesson."""

from pathlib import Path

from ia3_teach.course.lab.recording import record, recorded
from ia3_teach.course.lab.run import LessonRun


def test_a_run_is_kept_with_its_seconds_rounded_up(tmp_path: Path) -> None:
    record(tmp_path, [LessonRun("00_start", 12.1, 480.6)])
    kept = recorded(tmp_path)["00_start"]
    assert (kept["seconds"], kept["megabytes"]) == (13, 481)
    assert kept["date"].count("-") == 2


def test_lessons_that_were_not_run_stay_as_they_were(tmp_path: Path) -> None:
    record(tmp_path, [LessonRun("00_start", 1.0, 100.0), LessonRun("01_next", 2.0, 200.0)])
    before = recorded(tmp_path)["00_start"]
    record(tmp_path, [LessonRun("01_next", 5.0, 300.0)])
    assert recorded(tmp_path)["00_start"] == before
    assert recorded(tmp_path)["01_next"]["megabytes"] == 300


def test_nothing_recorded_is_empty(tmp_path: Path) -> None:
    assert recorded(tmp_path) == {}
