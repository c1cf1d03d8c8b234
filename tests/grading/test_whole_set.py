"""Grading a set in nbgrader's own course: refusals, the round trip, grading again, going on after a stop."""

import contextlib
import csv
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import interruptible
import pytest
import small_exercises
import submissions
from grading_course import LIMITS, QUICK, hand_in, handed_out, put
from submissions import answers

from ia3_teach.grading import box as boxes
from ia3_teach.grading.box import FLAG, NoBox
from ia3_teach.grading.course import NoCourse
from ia3_teach.grading.one_student import Desk
from ia3_teach.grading.receipt import SECRET, TIME
from ia3_teach.grading.whole_set import Settings, grade_set

pytestmark = pytest.mark.slow

nbgrader_api = pytest.importorskip("nbgrader.api", reason="grading needs nbgrader (the extra `teach`)")
WRONG = "def total(numbers):\n    return 7"


def book(course: Path):
    return nbgrader_api.Gradebook(f"sqlite:///{course}/gradebook.db")


def grade_of(course: Path, student: str, cell: str):
    """(automatic, manual, whether a person has to look, what counts)"""
    with book(course) as gradebook:
        grade = gradebook.find_grade(cell, "first", "ps1", student)
        return grade.auto_score, grade.manual_score, grade.needs_manual_grade, grade.score


def test_without_bubblewrap_nothing_is_graded_and_the_flag_names_the_risk(course, monkeypatch) -> None:
    hand_in(course, ["perfect"])
    monkeypatch.setattr(boxes.shutil, "which", lambda name: None)
    with pytest.raises(NoBox, match="apt install bubblewrap") as refused:
        grade_set(course, "ps1", QUICK)
    assert FLAG in str(refused.value) and "run-as-you" in FLAG
    assert not (course / "gradebook.db").exists() and not (course / "autograded").exists()


def test_where_namespaces_are_forbidden_it_is_said(course, monkeypatch, tmp_path) -> None:
    hand_in(course, ["perfect"])
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'No permissions to create a new namespace' >&2\nexit 1")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(NoBox, match="makes no box: No permissions"):
        grade_set(course, "ps1", QUICK)


@pytest.mark.parametrize("name", ["what?", "100%41", "a#b"])
def test_a_folder_whose_gradebook_would_lie_elsewhere_is_refused(tmp_path, small_checks, name) -> None:
    small_exercises.write_set(tmp_path / name / "source" / "ps1")
    hand_in(tmp_path / name, ["perfect"])
    with pytest.raises(NoCourse, match="would be laid elsewhere; rename the folder"):
        grade_set(tmp_path / name, "ps1", QUICK)
    assert [path.name for path in tmp_path.rglob("*.db")] == []


def test_a_gradebook_that_is_in_use_is_named_and_nothing_is_lost(course, box) -> None:
    hand_in(course, ["perfect"])
    grade_set(course, "ps1", QUICK)
    with contextlib.closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(ValueError, match="gradebook.db cannot be used: database is locked; close"):
            grade_set(course, "ps1", QUICK)
        other.execute("rollback")
    assert grade_set(course, "ps1", QUICK).points() == {"perfect": 5.0}


@pytest.mark.parametrize("student", ["your name", " "])
def test_a_name_from_which_nothing_is_drawn_costs_nobody_their_points(course, box, student) -> None:
    put(course, student, submissions.ALL["perfect"][3](handed_out(course)))
    assert grade_set(course, "ps1", QUICK).points() == {student: 5.0}


def test_what_is_not_there_is_named(course) -> None:
    with pytest.raises(NoCourse, match="no set 'ps9' in .*; there are: ps1"):
        grade_set(course, "ps9", QUICK)
    with pytest.raises(NoCourse, match="nobody has handed in 'ps1'"):
        grade_set(course, "ps1", QUICK)
    hand_in(course, ["perfect"])
    with pytest.raises(NoCourse, match="eve: nothing handed in for 'ps1'; there are: perfect"):
        grade_set(course, "ps1", Settings(students=("eve",), limits=LIMITS))


def test_a_folder_that_is_a_link_is_not_followed(course, box) -> None:
    hand_in(course, ["perfect"])
    (course / "submitted" / "linked").mkdir()
    (course / "submitted" / "linked" / "ps1").symlink_to(course / "submitted" / "perfect" / "ps1")
    (course / "submitted" / "whole").symlink_to(course / "submitted" / "perfect")
    report = grade_set(course, "ps1", QUICK)
    assert report.points() == {"perfect": 5.0, "linked": 0.0, "whole": 0.0}
    assert "linked, first: a link was handed in" in report.summary()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_is_left_out_and_named(course, box) -> None:
    hand_in(course, ["perfect"])
    shutil.copytree(course / "submitted" / "perfect", course / "submitted" / os.fsdecode(b"bad\xff"))
    report = grade_set(course, "ps1", QUICK)
    assert report.points() == {"perfect": 5.0}
    assert "not graded: the folder bad" in report.summary()
    assert "not graded: the folder bad" in (course / ".grading" / "ps1.md").read_text(encoding="utf-8")


def test_what_cannot_be_graded_costs_the_others_nothing(course, box, monkeypatch) -> None:
    hand_in(course, ["perfect", "columns", "in place"])
    real = Desk._judged

    def judged(*given):
        if given[3] == "columns":
            raise RuntimeError("no such thing")
        return real(*given)

    monkeypatch.setattr(Desk, "_judged", judged)
    report = grade_set(course, "ps1", QUICK)
    assert report.points() == {"perfect": 5.0, "in place": 4.0}
    assert report.left_out == ["columns, first: RuntimeError: no such thing"]
    monkeypatch.setattr(Desk, "_judged", real)
    assert grade_set(course, "ps1", QUICK).points() == {"perfect": 5.0, "in place": 4.0, "columns": 2.0}


def test_without_a_box_on_demand_the_points_are_the_same(course) -> None:
    hand_in(course, ["perfect", "columns"])
    report = grade_set(course, "ps1", Settings(boxed=False, limits=LIMITS))
    assert report.points() == {"perfect": 5.0, "columns": 2.0}


def test_the_gradebook_of_nbgrader_goes_on_working(course, box) -> None:
    """Released, graded, given back and exported by nbgrader's own functions around ours."""
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.plugins.export import CsvExportPlugin
    from traitlets.config import Config

    configuration = Config()
    configuration.CourseDirectory.root = str(course)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        api = NbGraderAPI(config=configuration)
        assert api.generate_assignment("ps1")["success"]
        hand_in(course, ["perfect", "columns", "no json", "nothing"])
        for name, text in ((TIME, "2026-11-20 12:00:00 UTC"), (SECRET, "a1b2")):
            (course / "submitted" / "columns" / "ps1" / name).write_text(text)
        grade_set(course, "ps1", QUICK)
        for student in ("perfect", "columns", "no json", "nothing"):
            assert api.generate_feedback("ps1", student)["success"]
        (student,) = [each for each in api.get_submissions("ps1") if each["student"] == "columns"]
    assert student["autograded"] and (student["score"], student["max_score"]) == (2.0, 10.0)
    assert student["needs_manual_grade"]
    given_back = course / "feedback" / "columns" / "ps1"
    assert (given_back / SECRET).read_text() == "a1b2" and (given_back / TIME).exists()
    page = (given_back / "first.html").read_text()
    assert "rows and columns?" in page and "1 of 4 points" in page
    assert "HIDDEN" not in page and "a hidden value" not in page
    exporter = CsvExportPlugin()
    exporter.to = str(course / "grades.csv")
    with book(course) as gradebook:
        exporter.export(gradebook)
    table = list(csv.DictReader((course / "grades.csv").open()))
    assert {row["student_id"]: float(row["score"]) for row in table} == {
        "perfect": 5.0, "columns": 2.0, "no json": 0.0, "nothing": 0.0,
    }  # fmt: skip


def test_grading_again_keeps_what_a_person_gave_and_tells_what_changed(course, box) -> None:
    hand_in(course, ["perfect", "in place"])
    grade_set(course, "ps1", QUICK)
    assert grade_of(course, "perfect", "why") == (None, None, True, 0.0)
    with book(course) as gradebook:
        for cell, points in (("why", 4.5), ("total_check", 0.25)):
            grade = gradebook.find_grade(cell, "first", "ps1", "perfect")
            grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()
    again = grade_set(course, "ps1", Settings(again=True, limits=LIMITS))
    assert again.changes() == []
    assert grade_of(course, "perfect", "why") == (None, 4.5, False, 4.5)
    assert grade_of(course, "perfect", "total_check") == (1.0, 0.25, False, 0.25)
    put(course, "perfect", answers(handed_out(course), total=WRONG))
    after = grade_set(course, "ps1", QUICK)
    assert after.changes() == [
        "perfect, first, total_check: 1 before, 0 now",
        "perfect, first, total_check: the 0.25 given by hand stay",
    ]
    assert grade_of(course, "perfect", "total_check") == (0.0, 0.25, True, 0.25)
    assert grade_of(course, "perfect", "why") == (None, 4.5, True, 4.5)  # to be looked at again, and kept
    assert grade_of(course, "in place", "scale_check")[0] == 3.0


def test_only_what_has_changed_is_run_again(course, box, monkeypatch) -> None:
    hand_in(course, ["perfect", "columns", "untouched"])
    grade_set(course, "ps1", QUICK)
    ran = []
    monkeypatch.setattr(Desk, "_judged", lambda *a, real=Desk._judged: ran.append(a[3]) or real(*a))
    grade_set(course, "ps1", QUICK)
    assert ran == []
    put(course, "untouched", answers(handed_out(course)))
    (course / "autograded" / "columns" / "ps1" / "first.ipynb").unlink()
    report = grade_set(course, "ps1", QUICK)
    assert sorted(ran) == ["columns", "untouched"] and report.points()["untouched"] == 5.0


SCRIPT = """
import sys, time
sys.path.insert(0, {tests!r})
import small_exercises as small
from grading_course import QUICK
from ia3_teach.grading import exercises
exercises.known = lambda: small.EXERCISES
exercises.load_record, exercises.write_cases = small.load_record, small.write_cases
exercises.READER = "small_probes:read_cases"
from ia3_teach.grading.one_student import Desk
from ia3_teach.grading.receipt import SECRET, TIME
from ia3_teach.grading.whole_set import grade_set
def held(desk, student, *rest, work=Desk.work):
    while student == "long" and not desk.shop.bell.is_set(): time.sleep(0.02)
    return work(desk, student, *rest)
Desk.work = held
grade_set({course!r}, "ps1", QUICK)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["killed", "Ctrl-C"])
def test_a_run_that_was_stopped_goes_on_where_it_was(course, box, number, monkeypatch) -> None:
    hand_in(course, ["perfect", "columns", "untouched", "in place", "one of two"])
    put(course, "long", answers(handed_out(course)))  # held back until it is stopped
    script = SCRIPT.format(tests=str(Path(__file__).parents[1]), course=str(course))
    process = subprocess.Popen(interruptible.python(script), stderr=subprocess.DEVNULL)
    kept = course / ".grading" / "ps1"
    while process.poll() is None and len(list(kept.glob("*.json"))) < 2:
        time.sleep(0.02)
    process.send_signal(number)
    process.wait(timeout=60)
    before = len(list(kept.glob("*.json")))
    ran = []
    monkeypatch.setattr(Desk, "_judged", lambda *a, real=Desk._judged: ran.append(a[3]) or real(*a))
    report = grade_set(course, "ps1", QUICK)
    assert 2 <= before < 6 and len(ran) == 6 - before
    assert report.points() == {
        "perfect": 5.0, "columns": 2.0, "untouched": 0.0, "in place": 4.0, "one of two": 4.0,
        "long": 5.0,
    }  # fmt: skip


def test_the_page_keeps_those_who_were_not_asked_for(course, box) -> None:
    hand_in(course, ["perfect", "columns"])
    grade_set(course, "ps1", QUICK)
    report = grade_set(course, "ps1", Settings(students=("columns",), limits=LIMITS))
    assert report.points() == {"columns": 2.0}
    page = (course / ".grading" / "ps1.md").read_text(encoding="utf-8")
    assert "## columns, first: 2 of 5" in page and "## perfect, first: 5 of 5" in page


def test_what_is_late_costs_what_the_course_says(course, box) -> None:
    (course / "late.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class Half(BasePlugin):\n"
        "    def late_submission_penalty(self, student, score, seconds):\n"
        "        return score / 2 if seconds else None\n"
    )
    (course / "nbgrader_config.py").write_text(
        f"import sys; sys.path.append({str(course)!r})\n"
        "c = get_config()\nc.AssignLatePenalties.plugin_class = 'late.Half'\n"
    )
    hand_in(course, ["perfect"])
    (course / "submitted" / "perfect" / "ps1" / "timestamp.txt").write_text("2026-05-02 12:00:00 UTC")
    with book_with_programs(course) as gradebook:
        gradebook.add_assignment("ps1", duedate="2026-05-01 12:00:00 UTC")
    grade_set(course, "ps1", QUICK)
    with book(course) as gradebook:
        notebook = gradebook.find_submission_notebook("first", "ps1", "perfect")
        assert notebook.late_submission_penalty == 2.5


def book_with_programs(course: Path):
    from ia3_teach.grading.gradebook import programs_beside_python

    with programs_beside_python():
        return book(course)
