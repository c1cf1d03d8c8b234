"""Grades all that was handed in for a set: boxes side by side, verdicts here, points into the gradebook."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ia3_teach.course.shipped.paths import DataError, data_dir
from ia3_teach.grading import exercises as checks
from ia3_teach.grading.box import check_box
from ia3_teach.grading.course import Course, open_course
from ia3_teach.grading.gradebook import Ledger, open_gradebook
from ia3_teach.grading.keeping import kept
from ia3_teach.grading.limits import Limits
from ia3_teach.grading.one_student import Desk
from ia3_teach.grading.report import Entry, Report
from ia3_teach.grading.scratch import scratch_in
from ia3_teach.grading.source import Sheet, read_set
from ia3_teach.grading.staging import stage
from ia3_teach.grading.submission import asked_of
from ia3_teach.grading.workshop import Workshop
from ia3_teach.training.bars import new_bar
from ia3_teach.wording import short


@dataclass(frozen=True)
class Settings:
    """How a set is graded; `students` empty means all, `again` also those whose result is kept."""

    students: tuple[str, ...] = ()
    again: bool = False
    boxes: int = 2
    boxed: bool = True
    limits: Limits = field(default_factory=Limits)


def grade_set(root: Path, name: str, settings: Settings = Settings()) -> Report:
    """Grade source/NAME's set in the course `root`, as far as it is not graded yet.

    What is graded is kept at once: a run that is stopped goes on where it was, and a submission that has
    changed since is graded again.

    Raises:
        NoCourse: there is no such set, nobody has handed it in, or a named student has not.
        NoBox: submissions cannot be kept away from this machine, and `settings.boxed` wants that.
        BuildError: the source cannot be read.
    """
    course = open_course(root, name)
    known = checks.known()
    sheets = read_set(course.folder("source", ".", name), known)
    students = course.chosen(name, settings.students)
    if settings.boxed:
        check_box(Path(course.directory.root))
    report = Report(
        name, without_judge=[each.grade_id for sheet in sheets for each in sheet.graded if by_hand(each)]
    )
    report.left_out += [f"the folder {folder} (its name is no UTF-8)" for folder in course.unreadable(name)]
    with open_gradebook(course, name, sheets) as ledger, _desk(course, name, sheets, settings) as desk:
        _grade_all(desk, ledger, students, sheets, settings, report)
    report.earlier += graded_before(course, name, sheets, set(course.students(name)) - set(students))
    report.write(course.own / f"{name}.md")
    return report


def graded_before(course: Course, name: str, sheets: list[Sheet], students: set[str]) -> list[Entry]:
    """What is kept of these students."""
    each = [(student, sheet.name) for student in students for sheet in sheets]
    found = [(*both, kept(course.own / name, *both)) for both in each]
    return [Entry(*both, result, []) for *both, result in found if result]


def by_hand(graded: Any) -> bool:
    """Whether a person has to look at it."""
    return graded.exercise is None


@contextmanager
def _desk(course: Course, name: str, sheets: list[Sheet], settings: Settings) -> Iterator[Desk]:
    """The part of the course that boxes hold, laid out once for all."""
    with scratch_in(course.own) as staged:
        cells = [
            cell.source for sheet in sheets for cell in sheet.handed_out.cells if cell.cell_type == "code"
        ]
        judged = [graded.exercise for sheet in sheets for graded in sheet.judged]
        stage(staged, cells, {checks.home(exercise) for exercise in judged})
        shop = Workshop(staged, _data(), settings.limits, settings.boxed)
        seed = course.seed()
        yield Desk(course, name, shop, seed, {sheet.name: asked_of(sheet, staged, seed) for sheet in sheets})


def _data() -> Path | None:
    """The shipped files, where there are any."""
    try:
        return data_dir()
    except DataError:
        return None


def _grade_all(
    desk: Desk, ledger: Ledger, students: list[str], sheets: list[Sheet], settings: Settings, report: Report
) -> None:
    """Boxes in threads, each waiting for its own; everything else in this one, as results arrive."""
    bar = new_bar(f"grading {desk.name}", len(students) * len(sheets))
    pool = ThreadPoolExecutor(settings.boxes)
    try:
        waiting: dict[Future, tuple[str, Sheet]] = {}
        for student in students:
            for sheet in sheets:
                work = pool.submit(desk.work, student, sheet, settings.again)
                waiting[work] = student, sheet
        for done in as_completed(waiting):
            student, sheet = waiting[done]
            try:
                report.add(student, sheet, *desk.finish(done.result(), student, sheet, ledger))
            except Exception as error:  # whatever somebody has handed in, the others are graded
                ledger.book.db.rollback()
                why = f"{type(error).__name__}: {short(error, 300)}"
                report.left_out.append(f"{student}, {sheet.name}: {why}")
            bar.update(1)
    except BaseException:
        desk.shop.bell.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        bar.close()
