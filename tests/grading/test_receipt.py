"""What lies beside a submission: read where it is plain, noted where it is odd, carried to the feedback."""

import os
from datetime import datetime
from pathlib import Path

import pytest
from grading_course import QUICK, hand_in

from ia3_teach.grading.receipt import LARGEST, SECRET, TIME, carry, handed_in_at
from ia3_teach.grading.whole_set import grade_set

pytest.importorskip("nbgrader", reason="grading needs nbgrader (the extra `teach`)")
STAMP = "2026-11-20 12:00:00.000000 UTC"


def folder(path: Path) -> None:
    path.mkdir()


def link(path: Path) -> None:
    target = path.with_name("somebody's")
    target.write_text(STAMP)
    path.symlink_to(target)


ODD = {
    "words": lambda path: path.write_text("when it was done"),
    "a far year": lambda path: path.write_text("99999999999-01-01"),
    "bytes": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "much": lambda path: path.write_text("9" * (LARGEST + 1)),
    "a link": link,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a pipe": os.mkfifo,
    "a folder": folder,
}


def test_a_time_and_no_time_need_no_line(tmp_path: Path) -> None:
    assert handed_in_at(tmp_path) == (None, [])
    (tmp_path / TIME).write_text("\n")
    assert handed_in_at(tmp_path) == (None, [])
    (tmp_path / TIME).write_text(STAMP + "\n")
    assert handed_in_at(tmp_path) == (datetime(2026, 11, 20, 12), [])


@pytest.mark.skipif(os.name != "posix", reason="makes links and pipes as POSIX does")
@pytest.mark.parametrize("made", ODD.values(), ids=ODD)
def test_what_is_no_time_is_noted_and_stops_nobody(tmp_path: Path, made) -> None:
    made(tmp_path / TIME)
    found, (line,) = handed_in_at(tmp_path)
    assert found is None and TIME in line and "counted as handed in in time" in line and len(line) < 300


@pytest.mark.skipif(os.name != "posix", reason="makes links and pipes as POSIX does")
def test_only_plain_files_go_to_the_feedback(tmp_path: Path) -> None:
    there, marked = tmp_path / "submitted", tmp_path / "autograded"
    there.mkdir()
    (there / TIME).write_text(STAMP)
    link(there / SECRET)
    carry(there, marked)
    assert [path.name for path in marked.iterdir()] == [TIME]
    (there / SECRET).unlink()
    (there / SECRET).write_text("a1b2")
    carry(there, marked)
    assert (marked / SECRET).read_text() == "a1b2"


@pytest.mark.skipif(os.name != "posix", reason="makes links and pipes as POSIX does")
def test_a_class_with_odd_files_is_graded_all_the_same(course: Path, box) -> None:
    hand_in(course, ["perfect", "columns", "untouched"])
    submitted = course / "submitted"
    os.mkfifo(submitted / "perfect" / "ps1" / TIME)
    (submitted / "columns" / "ps1" / TIME).write_text("soon")
    stolen = submitted / "untouched" / "ps1" / "first.ipynb"
    stolen.unlink()
    stolen.symlink_to(submitted / "perfect" / "ps1" / "first.ipynb")
    report = grade_set(course, "ps1", QUICK)
    assert report.points() == {"perfect": 5.0, "columns": 2.0, "untouched": 0.0}
    told = report.summary()
    assert told.count("counted as handed in in time") == 2 and "a link was handed in" in told
