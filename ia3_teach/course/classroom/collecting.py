"""nbgrader's collect for an exchange to which learners write: what a folder there says proves nothing.

Whose a submission is, the owner of its folder says, whatever its name; and when it came, the system's own
time, where the name says another. One that cannot be taken stops no other.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeCollect

from ia3_teach.course.classroom.copying import copy_files, entered, last_change
from ia3_teach.course.classroom.received import (
    SLACK,
    TIME,
    Submission,
    in_utc,
    name_of,
    time_of,
    write_receipt,
)
from ia3_teach.wording import brief, first_line


class OwnersCollect(ExchangeCollect):
    """Of each learner the newest submission that is their own."""

    def init_src(self) -> None:
        """Find the submissions of this assignment. Fails where the exchange has no course of this name."""
        inbound = Path(self.root, self.coursedir.course_id, "inbound")
        if not self.coursedir.course_id or not os.access(inbound, os.R_OK | os.X_OK):
            self.fail(f"There is no course at {inbound}, or it is not yours")
        found: dict[str, list[Submission]] = {}
        for folder in sorted(inbound.iterdir()):
            if folder.name.rsplit("+", 3)[1:2] == [self.coursedir.assignment_id]:
                self._attempt(folder.name, lambda folder=folder: self._note(folder, found))
        due = self._due()
        self.src_records = [self._chosen(mine, due) for mine in found.values()]

    def copy_files(self) -> None:
        """Copy what was chosen to submitted/, unless as new a one is there."""
        if not self.src_records:
            self.log.warning(f"No submissions of {self.coursedir.assignment_id} to collect")
        for one in self.src_records:
            self._attempt(one.folder.name, lambda one=one: self._take(one))

    def _attempt(self, name: str, action: Callable[[], None]) -> None:
        """Do something with a learner's folder; where it cannot be done, say so and go on."""
        try:
            action()
        except (OSError, ValueError, OverflowError, RecursionError) as error:
            self.log.error(f"{brief(name)} is left out: {first_line(error)}")

    def _note(self, folder: Path, found: dict[str, list[Submission]]) -> None:
        """Enter a folder with the others of its owner."""
        with entered(folder) as inside:
            student = name_of(os.fstat(inside).st_uid)
            changed = in_utc(last_change(inside, self.coursedir.ignore))
        if self.coursedir.student_id not in ("*", student):
            return
        named, _, *rest = folder.name.rsplit("+", 3)
        if named != student:
            self.log.warning(f"{brief(folder.name)} was handed in by {student}: it counts as {student}'s")
        said = time_of(rest[0] if rest else "")
        believed = said and abs(said - changed) <= SLACK
        if not believed:
            self.log.warning(f"{brief(folder.name)} was last changed at {changed} UTC: it counts from then")
        came = said if believed else changed
        found.setdefault(student, []).append(Submission(folder, student, came))

    def _due(self) -> datetime | None:
        """When this assignment is due (UTC), where the gradebook says so and it is asked for."""
        if not self.before_duedate:
            return None
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as book:
            try:
                return book.find_assignment(self.coursedir.assignment_id).duedate
            except MissingEntry:
                return None

    def _chosen(self, mine: list[Submission], due: datetime | None) -> Submission:
        """The newest, or the newest in time."""
        in_time = [one for one in mine if due is None or one.came <= due]
        return max(in_time or mine, key=lambda one: one.came)

    def _take(self, one: Submission) -> None:
        """Copy a submission beside the one of before, then put it in its place."""
        name = self.coursedir.assignment_id
        place = Path(self.coursedir.format_path(self.coursedir.submitted_directory, one.student, name))
        if place.is_dir() and not self._replaces(one, place):
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".collecting", dir=place.parent))
        try:
            left_out = self._copied(one, beside)
            shutil.rmtree(place, ignore_errors=True)
            beside.rename(place)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
            with contextlib.suppress(OSError):  # it holds something, as it should
                place.parent.rmdir()
        self.log.info(f"Collected submission: {one.student} {name}")
        if left_out:
            self.log.warning(f"{one.student}: left out: {'; '.join(left_out[:5])}")

    def _copied(self, one: Submission, beside: Path) -> list[str]:
        """Copy a submission's files and what the system knows of it. Returns lines about what is left out."""
        with entered(one.folder) as inside:
            if name_of(os.fstat(inside).st_uid) != one.student:
                raise ValueError("it has another owner now")
            left_out = copy_files(inside, beside, self.coursedir.ignore)
        write_receipt(beside, one.came)
        return left_out

    def _replaces(self, one: Submission, place: Path) -> bool:
        """Whether to collect a submission again, as nbgrader decides; a line where not."""
        said = place / TIME
        there = time_of(said.read_text(errors="replace")[:100]) if said.is_file() else None
        if self.update and (there is None or one.came > there):
            return True
        if self.before_duedate and there != one.came:
            return True
        why = "no newer one" if self.update else "already there, use --update to update"
        self.log.info(f"Submission of {one.student} {self.coursedir.assignment_id}: {why}")
        return False
