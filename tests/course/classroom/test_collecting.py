"""Collecting from a folder to which all write: each gets what is theirs, and nobody stops the others."""

import logging
import os
import pwd
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("nbgrader", reason="nbgrader, the extra `teach`")
from nbgrader.api import Gradebook  # noqa: E402
from nbgrader.auth import Authenticator  # noqa: E402
from nbgrader.coursedir import CourseDirectory  # noqa: E402
from traitlets.config import Config  # noqa: E402

from ia3_teach.course.classroom import copying  # noqa: E402
from ia3_teach.course.classroom.collecting import OwnersCollect  # noqa: E402
from ia3_teach.course.classroom.received import FORM, time_of  # noqa: E402
from ia3_teach.grading.gradebook import programs_beside_python  # noqa: E402

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="root, who may give files to others")
NAMES = [one.pw_name for one in pwd.getpwall() if one.pw_uid][:2] if ROOT else []
ADA = NAMES[0] if ROOT else pwd.getpwuid(os.getuid()).pw_name
BOB = NAMES[1] if ROOT else ""


def now() -> datetime:
    """When a test asks: whole runs begin long after the tests were found."""
    return datetime.now(UTC).replace(tzinfo=None)


class Class:
    """A course below a folder, and its exchange."""

    def __init__(self, folder: Path) -> None:
        self.inbound = folder / "exchange" / "ia3" / "inbound"
        self.submitted = folder / "course" / "submitted"
        self.inbound.mkdir(parents=True)
        self.submitted.mkdir(parents=True)
        config = Config()
        config.CourseDirectory.root = str(self.submitted.parent)
        config.CourseDirectory.course_id = "ia3"
        config.CourseDirectory.assignment_id = "ps1"
        config.Exchange.root = str(folder / "exchange")
        self.config = config

    def hand_in(
        self, owner: str, text: str = "work", named: str = "", at: datetime | str | None = None
    ) -> Path:
        """A submission as nbgrader lays it down; `named` is the name that it claims."""
        said = at if isinstance(at, str) else (at or now()).strftime(FORM)
        folder = self.inbound / f"{named or owner}+ps1+{said}+{len(list(self.inbound.iterdir())):04d}"
        folder.mkdir()
        for name, content in {
            "ps1.ipynb": text,
            "timestamp.txt": said,
            "submission_secret.txt": "s" * 32,
        }.items():
            (folder / name).write_text(content)
        self.give(folder, owner)
        return folder

    def give(self, folder: Path, owner: str) -> None:
        """Make all of a folder another user's, as root can."""
        if ROOT:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, pwd.getpwnam(owner).pw_uid, -1, follow_symlinks=False)

    def collect(self, **options: bool) -> None:
        """As the teacher does."""
        coursedir = CourseDirectory(config=self.config)
        who = Authenticator(parent=coursedir)
        collect = OwnersCollect(coursedir=coursedir, authenticator=who, config=self.config, **options)
        collect.start()

    def work(self, student: str) -> str:
        """What was collected of a student's."""
        return (self.submitted / student / "ps1" / "ps1.ipynb").read_text()


@pytest.fixture
def school(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Class:
    caplog.set_level(logging.INFO)
    return Class(tmp_path)


def test_work_is_collected_and_collected_again_where_it_is_newer(school) -> None:
    school.hand_in(ADA, "old", at=now() - timedelta(minutes=2))
    school.collect()
    new = now()
    school.hand_in(ADA, "new", at=new)
    school.collect()
    assert school.work(ADA) == "old"
    school.collect(update=True)
    school.collect(update=True)
    assert school.work(ADA) == "new"
    place = school.submitted / ADA / "ps1"
    assert (place / "submission_secret.txt").read_text() == "s" * 32
    assert (place / "timestamp.txt").read_text() == new.strftime(FORM)
    assert [path.name for path in place.parent.iterdir()] == ["ps1"]


@needs_root
def test_a_forged_name_hands_in_as_who_forged_it(school, caplog) -> None:
    school.hand_in(ADA, "ada's", at=now() - timedelta(minutes=2))
    school.hand_in(BOB, "bob's", named=ADA)
    school.collect()
    assert (school.work(ADA), school.work(BOB)) == ("ada's", "bob's")
    assert f"handed in by {BOB}: it counts as {BOB}'s" in caplog.text


SPOILED: dict[str, Callable[[Class], object]] = {
    "a time that is none": lambda school: school.hand_in(BOB, at="whenever"),
    "a time of the year 99999": lambda school: school.hand_in(BOB, at="99999-01-01 10:00:00.0 UTC"),
    "an empty folder": lambda school: school.give(empty(school.inbound / f"{BOB}+ps1+whenever"), BOB),
    "a file": lambda school: (school.inbound / f"{BOB}+ps1+file").write_text("x"),
    "a link to a folder": lambda school: (school.inbound / f"{BOB}+ps1+link").symlink_to("/etc"),
    "a pipe": lambda school: os.mkfifo(school.inbound / f"{BOB}+ps1+pipe"),
    "two parts": lambda school: empty(school.inbound / f"{BOB}+ps1"),
    "a pipe for a notebook": lambda school: with_a_pipe(school.hand_in(BOB)),
    "nobody's": lambda school: unknown(school.hand_in(BOB)),
    "a name in bytes": lambda school: os.mkdir(os.fsencode(school.inbound) + b"/b\xff\n+ps1+x"),
    "folders below folders": lambda school: deep(school.hand_in(BOB)),
}


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def with_a_pipe(folder: Path) -> None:
    (folder / "ps1.ipynb").unlink()
    os.mkfifo(folder / "ps1.ipynb")


def unknown(folder: Path) -> None:
    os.chown(folder, 4_000_000, -1)


def deep(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d", dir_fd=here)
        here, before = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(before)
    os.close(here)


@needs_root
@pytest.mark.parametrize("what", SPOILED)
def test_what_cannot_be_taken_stops_nobody(school, what, caplog) -> None:
    school.hand_in(ADA, "ada's")
    SPOILED[what](school)
    school.collect()
    assert school.work(ADA) == "ada's"
    assert {path.name for path in school.submitted.iterdir()} <= {ADA, BOB}, caplog.text


def test_links_pipes_and_others_files_are_not_taken(school, caplog, tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the teacher's")
    folder = school.hand_in(ADA)
    (folder / "linked.txt").symlink_to(secret)
    (folder / "endless").symlink_to("/dev/zero")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    if ROOT:
        os.link(secret, folder / "hard.txt")  # what belongs to somebody else
    school.collect()
    assert {path.name for path in (school.submitted / ADA / "ps1").iterdir()} == {
        "ps1.ipynb",
        "timestamp.txt",
        "submission_secret.txt",
    }
    assert "'linked.txt' is no plain file of theirs" in caplog.text


def test_what_is_too_large_is_left_out_and_the_notebook_stays(school, caplog, monkeypatch) -> None:
    monkeypatch.setattr(copying, "MOST_OF_ONE", 100)
    monkeypatch.setattr(copying, "MOST_FILES", 6)
    folder = school.hand_in(ADA)
    (folder / "a.bin").write_bytes(b"x" * 101)
    for number in range(9):
        (folder / f"{number}.txt").write_text("x")
    school.give(folder, ADA)
    school.collect()
    names = {path.name for path in (school.submitted / ADA / "ps1").iterdir()}
    assert "ps1.ipynb" in names and "a.bin" not in names and len(names) <= 8
    assert "more than 6 files" in caplog.text


@needs_root
def test_a_time_of_before_does_not_make_late_work_early(school, caplog) -> None:
    school.hand_in(ADA, "in time", at=now() - timedelta(minutes=2))
    school.hand_in(BOB, "late", at=now() - timedelta(hours=2))
    school.hand_in(BOB, "later", at=now() + timedelta(days=900))
    school.collect()
    for student, text in ((ADA, "in time"), (BOB, "later")):
        said = time_of((school.submitted / student / "ps1" / "timestamp.txt").read_text())
        assert school.work(student) == text and abs(said - now()) < timedelta(minutes=5)
    assert "it counts from then" in caplog.text


@pytest.mark.parametrize("secret", ["", "short", "s" * 300, "with a line\n" * 3])
def test_a_secret_that_cannot_name_feedback_is_made_anew(school, secret) -> None:
    folder = school.hand_in(ADA)
    (folder / "submission_secret.txt").write_text(secret)
    school.collect()
    assert len((school.submitted / ADA / "ps1" / "submission_secret.txt").read_text()) == 128


def test_of_an_assignment_with_a_date_the_last_in_time_is_taken(school) -> None:
    with programs_beside_python(), Gradebook(f"sqlite:///{school.submitted.parent}/gradebook.db") as book:
        book.add_assignment("ps1", duedate=now() - timedelta(minutes=3))
    school.hand_in(ADA, "in time", at=now() - timedelta(minutes=4))
    school.hand_in(ADA, "late", at=now() - timedelta(minutes=2))
    school.collect()
    assert school.work(ADA) == "late"
    school.collect(before_duedate=True)
    assert school.work(ADA) == "in time"
