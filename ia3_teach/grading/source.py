"""A problem set as its author wrote it: which cells are graded, by which exercise, for how many points."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ia3_teach.course.builds.classroom import release
from ia3_teach.course.builds.source import read_lessons, role
from ia3_teach.grading.exercises import asked_in


@dataclass(frozen=True)
class Graded:
    """A cell that earns points: judged by `exercise`, or, where that is None, by a person."""

    grade_id: str
    points: float
    exercise: Any = None
    answer_cell: str | None = None


@dataclass
class Sheet:
    """One notebook of a set: as it is handed out, and what of it is graded."""

    name: str
    source: Any
    handed_out: Any
    graded: list[Graded] = field(default_factory=list)

    @property
    def judged(self) -> list[Graded]:
        """What is judged here, and not by a person."""
        return [graded for graded in self.graded if graded.exercise is not None]


def read_set(folder: Path, exercises: Mapping[str, Any]) -> list[Sheet]:
    """The notebooks of a set, from nbgrader's folder source/NAME.

    Raises:
        BuildError: no notebooks, one that cannot be read, or one that nbgrader refuses.
    """
    return [_sheet(name, notebook, exercises) for name, notebook in read_lessons(folder).items()]


def _sheet(name: str, notebook: Any, exercises: Mapping[str, Any]) -> Sheet:
    sheet = Sheet(Path(name).stem, notebook, release(name, copy.deepcopy(notebook)))
    imports = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    answer_cell = None
    for cell in notebook.cells:
        if role(cell, "solution"):
            answer_cell = role(cell, "grade_id")
        if role(cell, "grade") or role(cell, "task"):
            exercise = exercises.get(_asked(cell, imports) or "")
            points = float(role(cell, "points") or 0)
            sheet.graded.append(Graded(role(cell, "grade_id"), points, exercise, answer_cell))
    return sheet


def _asked(cell: Any, imports: str) -> str | None:
    """An exercise is named by the cell's metadata, or by what the cell calls; a written answer by neither."""
    if role(cell, "solution") or cell.cell_type != "code":
        return None
    return cell.metadata.get("ia3_teach", {}).get("exercise") or asked_in(cell.source, imports)
