"""Points into nbgrader's own gradebook, beside what a person has graded there, which stays."""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ia3_teach.grading.course import Course
from ia3_teach.grading.marking import Mark
from ia3_teach.grading.receipt import handed_in_at
from ia3_teach.grading.source import Sheet
from ia3_teach.wording import short


@dataclass
class Ledger:
    """An open gradebook and the set that is being graded."""

    course: Course
    name: str
    book: Any

    def enter(self, student: str, sheet: Sheet, marks: dict[str, Mark], changed: bool) -> list[str]:
        """Write one notebook's points; a line for each grade that is another than before.

        A cell without a mark waits for a person. What a person gave stays and counts; where the submission
        or its mark has changed since, the cell is put before them again, as nbgrader does.
        """
        lines = []
        for graded in sheet.graded:
            grade = self.book.find_grade(graded.grade_id, sheet.name, self.name, student)
            mark = marks.get(graded.grade_id)
            before, grade.auto_score = grade.auto_score, None if mark is None else mark.points
            moved = before is not None and before != grade.auto_score
            if moved:
                lines.append(f"{graded.grade_id}: {before:g} before, {mark.points if mark else 0:g} now")
            by_hand = grade.manual_score is not None
            if moved or changed or not by_hand:
                grade.needs_manual_grade = by_hand or mark is None
            if moved and by_hand:
                lines.append(f"{graded.grade_id}: the {grade.manual_score:g} given by hand stay")
        self.book.db.commit()
        return lines

    def hand_in(self, student: str) -> list[str]:
        """The submission, with the time at which it was handed in; new students are added. Lines about it."""
        self.book.update_or_create_student(student)
        stamp, lines = handed_in_at(self.course.folder("submitted", student, self.name))
        with self.book.db.no_autoflush:  # a half-made submission is not to be written
            self.book.update_or_create_submission(
                self.name, student, **({"timestamp": stamp} if stamp else {})
            )
        return lines

    def comment(self, student: str, sheet: Sheet, unanswered: set[str]) -> None:
        """nbgrader's own "No response." where a cell is as it was handed out."""
        notebook = self.book.find_submission_notebook(sheet.name, self.name, student)
        for comment in notebook.comments:
            comment.auto_comment = "No response." if comment.name in unanswered else None
        self.book.db.commit()


@contextmanager
def open_gradebook(course: Course, name: str, sheets: list[Sheet]) -> Iterator[Ledger]:
    """The gradebook of a course, with the set in it as `nbgrader generate_assignment` puts it there.

    Raises ValueError where the gradebook knows other cells than the source has, or where it cannot be used.
    """
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _open_book(course, name, sheets) as ledger:
            yield ledger
    except SQLAlchemyError as error:
        why = getattr(error, "orig", None) or error
        raise ValueError(
            f"the gradebook {short(course.directory.db_url)} cannot be used: {short(why, 200)}; close "
            "what has it open, make room, or allow writing, and call this again: what is graded is kept"
        ) from error


@contextmanager
def _open_book(course: Course, name: str, sheets: list[Sheet]) -> Iterator[Ledger]:
    from nbgrader.api import Gradebook

    with programs_beside_python(), Gradebook(course.directory.db_url, course.directory.course_id):
        pass  # a new gradebook asks for its version by a program
    url = course.directory.db_url
    with Gradebook(url, course.directory.course_id) as book:
        book.update_or_create_assignment(name)
        known = {notebook.name for notebook in book.find_assignment(name).notebooks}
    for sheet in sheets:
        if sheet.name not in known:
            _add_sheet(sheet, name, url)
    with Gradebook(url, course.directory.course_id) as book:
        for sheet in sheets:
            _check_cells(book, name, sheet)
        yield Ledger(course, name, book)


@contextmanager
def programs_beside_python() -> Iterator[None]:
    """PATH with this environment's programs first, as if it were activated: nbgrader calls one by name."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _add_sheet(sheet: Sheet, name: str, url: str) -> None:
    """A set that was released without the gradebook."""
    from nbgrader.preprocessors import SaveCells

    resources = {"nbgrader": {"notebook": sheet.name, "assignment": name, "db_url": url}}
    SaveCells().preprocess(copy.deepcopy(sheet.handed_out), resources)


def _check_cells(book: Any, name: str, sheet: Sheet) -> None:
    notebook = book.find_notebook(sheet.name, name)
    known = {cell.name for cell in [*notebook.grade_cells, *notebook.task_cells]}
    ours = {graded.grade_id for graded in sheet.graded}
    if known != ours:
        raise ValueError(
            f"{short(sheet.name, 90)}: the gradebook has the graded cells {short(sorted(known), 90)}, the "
            f"source {short(sorted(ours), 90)}; run `nbgrader generate_assignment "
            f"{short(name, 90)} --force`, "
            "or put the source back that was released"
        )


def assign_late_penalties(course: Course, name: str, student: str, sheet: Sheet) -> None:
    """The course's own rule for what is late, by nbgrader's own step."""
    from nbgrader.preprocessors import AssignLatePenalties

    about = {
        "notebook": sheet.name,
        "assignment": name,
        "student": student,
        "db_url": course.directory.db_url,
    }
    notebook = copy.deepcopy(sheet.handed_out)
    AssignLatePenalties(config=course.configuration).preprocess(notebook, {"nbgrader": about})
