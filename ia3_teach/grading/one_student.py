"""One notebook of one student: into the box, to the verdict, and into the gradebook."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import ia3_teach
from ia3_teach.course.builds.source import role
from ia3_teach.grading.arranging import cells_to_run, name_in, plain, what_was_done
from ia3_teach.grading.autograded import marked_notebook, write_notebook
from ia3_teach.grading.course import Course
from ia3_teach.grading.gradebook import Ledger, assign_late_penalties
from ia3_teach.grading.keeping import Kept, file_digest, keep, kept, key_of
from ia3_teach.grading.marking import mark
from ia3_teach.grading.receipt import carry
from ia3_teach.grading.source import Sheet
from ia3_teach.grading.submission import Asked, run_submission
from ia3_teach.grading.work import Work
from ia3_teach.grading.workshop import Workshop


@dataclass(frozen=True)
class Desk:
    """What grading one notebook needs beside it."""

    course: Course
    name: str
    shop: Workshop
    seed: str
    asked: dict[str, Asked]
    checks: bytes = field(default_factory=lambda: checks_digest())

    def work(self, student: str, sheet: Sheet, again: bool) -> tuple[str, Work | Kept]:
        """Run it in its box, or find what was kept; called in a thread of its own."""
        file = self.course.folder("submitted", student, self.name) / f"{sheet.name}.ipynb"
        key = self._key(file, sheet)
        before = kept(self._folder, student, sheet.name)
        if before and before.key == key and not again and self._marked(student, sheet).exists():
            return key, before
        work = Work()
        if self.shop.read(file, work):
            work.lines += what_was_done(sheet, work.cells)
            work.name = name_in(work.cells)
            run_submission(self.shop, cells_to_run(sheet, work.cells), self.asked[sheet.name], work)
        return key, work

    def finish(
        self, done: tuple[str, Work | Kept], student: str, sheet: Sheet, ledger: Ledger
    ) -> tuple[Kept, list]:
        """The verdict, the marked notebook, the gradebook, and last what is kept: a stop is no harm."""
        key, result = done
        before = kept(self._folder, student, sheet.name)
        changed = before is not None and before.key != key
        if isinstance(result, Work):
            result = self._judged(key, result, student, sheet)
        carry(self.course.folder("submitted", student, self.name), self._marked(student, sheet).parent)
        received = ledger.hand_in(student)
        changes = ledger.enter(student, sheet, result.marks, changed)
        ledger.comment(student, sheet, set(result.unanswered))
        assign_late_penalties(self.course, self.name, student, sheet)
        if result.marks:
            keep(self._folder, student, sheet.name, result)
        return replace(result, lines=[*result.lines, *received]), changes

    def _judged(self, key: str, work: Work, student: str, sheet: Sheet) -> Kept:
        judged = sheet.judged if work.started else []
        marks = {graded.grade_id: mark(graded, work, self.seed, student) for graded in judged}
        write_notebook(marked_notebook(sheet, work.cells, marks, work.lines), self._marked(student, sheet))
        return Kept(key, marks, work.lines, unanswered(sheet, work.cells))

    def _key(self, file: Path, sheet: Sheet) -> str:
        limits = json.dumps([asdict(self.shop.limits), self.shop.boxed]).encode()
        return key_of(
            [file_digest(file), json.dumps(sheet.source).encode(), self.checks, self.seed.encode(), limits]
        )

    def _marked(self, student: str, sheet: Sheet) -> Path:
        return self.course.folder("autograded", student, self.name) / f"{sheet.name}.ipynb"

    @property
    def _folder(self) -> Path:
        return self.course.own / self.name


def checks_digest() -> bytes:
    """One digest of checks and grading: where they are mended, everything is graded again."""
    package = Path(ia3_teach.__file__).parent
    files = sorted(file for room in ("check", "grading") for file in (package / room).rglob("*.py"))
    return key_of(file.read_bytes() for file in files).encode()


def unanswered(sheet: Sheet, cells: list[dict[str, Any]] | None) -> list[str]:
    """The cells for an answer that are as they were handed out, or not there."""
    theirs = {cell["grade_id"]: plain(cell["source"]) for cell in cells or []}
    ours = [cell for cell in sheet.handed_out.cells if role(cell, "solution") or role(cell, "task")]
    return [role(cell, "grade_id") for cell in ours
            if theirs.get(role(cell, "grade_id"), plain(cell.source)) == plain(cell.source)]  # fmt: skip
