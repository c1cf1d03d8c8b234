"""A class of right, wrong, odd and hostile submissions: exact points for each; no one costs another any."""

import json
import socket
from pathlib import Path

import psutil
import pytest
import small_exercises
from grading_course import QUICK, hand_in
from submissions import ALL, HOSTILE

from ia3_teach.grading import boxed
from ia3_teach.grading.report import Entry, Report
from ia3_teach.grading.whole_set import grade_set

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def graded(box, small_checks, tmp_path_factory) -> tuple[Path, Report]:
    """All of them graded in one go, with a server that one tries to reach, and files to be read."""
    root = tmp_path_factory.mktemp("course")
    small_exercises.write_set(root / "source" / "ps1")
    places = [
        f"{root}/**/*",
        f"{root}/gradebook.db",
        "/etc/passwd",
        "/root/.*",
        "/home/*/.*",
    ]
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEACHERS_SECRET", "TEACHERS")
        patch.setattr(boxed, "MOST_FRAMES", 8_000)  # soon heard, on a busy machine as well
        hand_in(root, ALL, PLACES=json.dumps(places).replace('"', "'"), PORT=str(server.getsockname()[1]))
        report = grade_set(root, "ps1", QUICK)
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()
    return root, report


def entry(graded: tuple[Path, Report], name: str) -> Entry:
    (found,) = [entry for entry in graded[1].entries if entry.student == name]
    return found


@pytest.mark.parametrize("name", ALL)
def test_each_submission_gets_what_it_has_earned(graded, name) -> None:
    scale, total, _, _ = ALL[name]
    result = entry(graded, name).result
    found = {cell: mark.points for cell, mark in result.marks.items()}
    assert found == {"scale_check": scale, "total_check": total}, result


@pytest.mark.parametrize("name", [name for name in ALL if ALL[name][2]])
def test_what_a_teacher_should_know_is_in_a_line(graded, name) -> None:
    assert ALL[name][2] in "\n".join(entry(graded, name).result.lines)


def test_the_ordinary_get_no_line(graded) -> None:
    assert entry(graded, "perfect").result.lines == []
    assert entry(graded, "with loops").result.lines == []


def test_nothing_of_a_submission_lives_on(graded) -> None:
    ours = [
        process
        for process in psutil.process_iter(["cmdline"])
        if "/job/job.json" in (process.info["cmdline"] or [])
    ]
    assert not [process for process in ours if str(graded[0]) in " ".join(process.cmdline())]


def test_the_course_has_no_file_that_a_submission_wrote(graded) -> None:
    there = {path.name for path in graded[0].iterdir()}
    assert there == {"source", "submitted", "autograded", "gradebook.db", ".grading"}


@pytest.mark.parametrize("name", HOSTILE)
def test_feedback_shows_no_hidden_case_and_nothing_that_runs(graded, name) -> None:
    text = (graded[0] / "autograded" / name / "ps1" / "first.ipynb").read_text()
    for secret in ("HIDDEN", "a hidden value", "expected:", "<script>", "BEGIN"):
        assert secret not in text
