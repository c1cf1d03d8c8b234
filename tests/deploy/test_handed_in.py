"""What learners hand in on a real hub: it counts as theirs, and nothing in it acts, taken or looked at."""

import json
import time
from datetime import UTC, datetime

import nbformat
import pytest
from hub_visitors import logged_in
from running_hub import Hub, home_of

pytestmark = pytest.mark.slow
PAYLOAD = "<img src=x onerror=document.body.dataset.taken=1>"
SPOILING = """
import os, pathlib, sys
inbound = pathlib.Path(sys.argv[1])
me, now = sys.argv[2:]
(inbound / f"{me}+ps1+whenever").mkdir()
os.mkfifo(inbound / f"{me}+ps1+pipe")
closed = inbound / f"{me}+ps1+{now} UTC+closed"
closed.mkdir()
closed.chmod(0)
linked = inbound / f"{me}+ps1+{now} UTC+linked"
linked.mkdir()
(linked / "ps1.ipynb").symlink_to(sys.argv[1] + "/../../../seen.ipynb")
(linked / "endless.bin").symlink_to("/dev/zero")
"""


def hand_in(hub: Hub, name: str, told: str, *options: str) -> None:
    """Fetch what is not there, write a cell, and hand in, in a terminal."""
    if not (home_of(name) / "ps1").exists():
        hub.in_terminal(name, "nbgrader", "fetch_assignment", "ps1")
    work = nbformat.reads(hub.in_terminal(name, "cat", "ps1/ps1.ipynb"), as_version=4)
    work.cells.append(nbformat.v4.new_markdown_cell(told))
    hub.in_terminal(name, "tee", "ps1/ps1.ipynb", text=json.dumps(work))
    hub.in_terminal(name, "nbgrader", "submit", "ps1", *options)


def test_each_hands_in_as_who_they_are_and_nobody_stops_the_rest(hub: Hub) -> None:
    ada, bob = hub.students
    hand_in(hub, ada, "by ada")
    hand_in(hub, bob, "by bob", f"--student={ada}")
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    inbound = hub.state / "exchange/ia3/inbound"
    hub.in_terminal(bob, "python", "-c", SPOILING, str(inbound), bob, now)
    (hub.state / "seen.ipynb").write_text("what bob is not to have as his")
    hub.in_terminal(hub.teacher, "nbgrader", "collect", "ps1", folder="ia3_class")
    submitted = home_of(hub.teacher) / "ia3_class/submitted"
    assert {path.name for path in submitted.iterdir()} <= {ada, bob}
    assert "by ada" in (submitted / ada / "ps1/ps1.ipynb").read_text()
    for path in (submitted / bob).rglob("*"):
        assert not path.is_symlink() and (path.is_dir() or "is not to have" not in path.read_text())


def test_what_is_not_his_own_work_does_not_take_the_place_of_what_is(hub: Hub) -> None:
    bob = hub.students[1]
    time.sleep(1)
    hand_in(hub, bob, "by bob, at last", f"--student={hub.students[0]}")
    hub.in_terminal(hub.teacher, "nbgrader", "collect", "ps1", "--update", folder="ia3_class")
    work = home_of(hub.teacher) / "ia3_class/submitted" / bob / "ps1/ps1.ipynb"
    assert "by bob, at last" in work.read_text()


def test_what_a_learner_wrote_does_not_act_in_the_teachers_browser(hub: Hub, box) -> None:
    bob = hub.students[1]
    hand_in(hub, bob, PAYLOAD)
    for step in (["nbgrader", "collect", "ps1", "--update"], ["python", "-m", "ia3_teach", "grade", "ps1"]):
        hub.in_terminal(hub.teacher, *step, folder="ia3_class")
    marked = f"autograded/{bob}/ps1/ps1.ipynb"
    sheet = nbformat.reads(hub.in_terminal(hub.teacher, "cat", marked, folder="ia3_class"), as_version=4)
    sheet.cells.append(nbformat.v4.new_markdown_cell(PAYLOAD))  # as it would be if nothing else cleaned it
    hub.in_terminal(hub.teacher, "tee", marked, folder="ia3_class", text=nbformat.writes(sheet))
    hub.in_terminal(hub.teacher, "nbgrader", "generate_feedback", "ps1", folder="ia3_class")
    feedback = home_of(hub.teacher) / "ia3_class/feedback" / bob / "ps1/ps1.html"
    teacher = logged_in(hub, hub.teacher)
    found = teacher.get("formgrader/api/submitted_notebooks/ps1/ps1").json()
    (number,) = [each["id"] for each in found if each["student"] == bob]
    for page in (feedback.read_text(), teacher.get(f"formgrader/submissions/{number}/").text):
        assert PAYLOAD not in page and "<img src" not in page
        assert PAYLOAD.replace("<", "&lt;").replace(">", "&gt;") in page


def test_formgrader_runs_no_submission_as_the_teacher(hub: Hub) -> None:
    bob, teacher = hub.students[1], logged_in(hub, hub.teacher)
    marked = home_of(hub.teacher) / "ia3_class/autograded" / bob / "ps1/ps1.ipynb"
    before = marked.read_bytes()
    said = teacher.post(f"formgrader/api/submission/ps1/{bob}/autograde").json()
    assert not said["success"] and "python -m ia3_teach grade ps1" in said["log"]
    told = hub.tried(hub.teacher, "nbgrader", "autograde", "ps1", folder="ia3_class")
    assert told.returncode == 1 and "python -m ia3_teach grade ps1" in told.stderr
    assert marked.read_bytes() == before
