"""The record of passed exercises: broken and foreign files, two processes at once, nothing half removed."""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ia3_teach.course.progress import record

OURS = {"format": record.FORMAT, "exercise": "lesson_02.fold", "passed": "2026-03-01"}
BROKEN = {
    "empty": "",
    "torn": json.dumps(OURS)[:-9],
    "no object": "[1, 2]",
    "too deep": "[" * 900 + "]" * 90,
    "another program's": json.dumps({"exercise": "lesson_02.fold", "passed": "2026-03-01"}),
    "of another exercise": json.dumps(OURS | {"exercise": "lesson_02.scale"}),
    "without a day": json.dumps(OURS | {"passed": "soon"}),
    "a number for a day": json.dumps(OURS | {"passed": 7}),
    "far too long": json.dumps(OURS | {"more": "x" * 10_000}),
}


def write(place: Path, content: str) -> Path:
    place.mkdir(parents=True)
    (place / "lesson_02.fold.json").write_text(content)
    return place / "lesson_02.fold.json"


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize(
    "act", [record.passed, record.clear, lambda: record.keep("lesson_02.fold")], ids=["read", "clear", "keep"]
)
def test_a_file_that_is_not_ours_is_named_and_nothing_changed(content, act, place) -> None:
    path = write(place, content)
    (place / "lesson_00.turned.json").write_text(json.dumps(OURS | {"exercise": "lesson_00.turned"}))
    with pytest.raises(ValueError, match=r"lesson_02.fold.json is no record .* move it away") as caught:
        act()
    assert len(str(caught.value)) < 600
    assert path.read_text() == content and len(list(place.iterdir())) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes that lie in a folder")
def test_a_folder_or_a_pipe_in_the_place_of_a_file_is_named(place) -> None:
    place.mkdir(parents=True)
    (place / "a.json").mkdir()
    with pytest.raises(ValueError, match=r"a.json is no record"):
        record.passed()
    (place / "a.json").rmdir()
    os.mkfifo(place / "a.json")
    with pytest.raises(ValueError, match=r"a.json is no record"):
        record.passed()


def test_a_file_where_the_folder_should_be_is_named(place) -> None:
    place.parent.mkdir()
    place.write_text("mine")
    with pytest.raises(ValueError, match="cannot be read"):
        record.passed()
    with pytest.raises(OSError):
        record.keep("lesson_02.fold")
    assert place.read_text() == "mine"


def test_nothing_kept_is_no_error_and_makes_no_folder(place) -> None:
    assert record.passed() == {} and record.clear() == 0
    assert not place.parent.exists()


def test_the_first_day_stays(place) -> None:
    write(place, json.dumps(OURS))
    record.keep("lesson_02.fold")
    assert record.passed()["lesson_02.fold"].day == datetime.date(2026, 3, 1)


def test_what_was_kept_is_read_again_and_cleared(place) -> None:
    record.keep("lesson_02.fold")
    record.keep("lesson_00.turned")
    assert sorted(record.passed()) == ["lesson_00.turned", "lesson_02.fold"]
    assert record.passed()["lesson_02.fold"].day == datetime.date.today()
    assert record.clear() == 2
    assert not place.exists()


def test_what_else_lies_in_the_folder_is_left_alone(place) -> None:
    record.keep("lesson_02.fold")
    (place / "notes.txt").write_text("mine")
    assert list(record.passed()) == ["lesson_02.fold"]
    record.clear()
    assert [path.name for path in place.iterdir()] == ["notes.txt"]


def test_processes_at_once_lose_nothing_and_leave_nothing_torn(tmp_path) -> None:
    code = (
        "import sys; from ia3_teach.course.progress.record import keep\n"
        "[keep(f'lesson_{number:02}.{name}') for number in range(20) for name in ('same', sys.argv[1])]"
    )
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    both = [subprocess.Popen([sys.executable, "-c", code, name], env=environment) for name in ("one", "two")]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    found = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert len(found) == 60 and all(record.read(path) for path in found)
    assert not list(tmp_path.rglob("*.part"))
