"""What a gradebook of nbgrader says of each student and assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ia3_teach.wording import short

if TYPE_CHECKING:
    from nbgrader.api import Assignment, Gradebook, Student


NOTHING = "nothing handed in"


@dataclass(frozen=True)
class Points:
    """One student's points in one assignment; where there are none to hand out, `why` says why.

    `value` = max(0, score - penalty), where the penalty is what was taken off for being late.
    """

    student: str
    email: str
    last_name: str
    first_name: str
    assignment: str
    of: float
    value: float | None = None
    penalty: float = 0.0
    why: str = ""

    @property
    def who(self) -> str:
        """The student in a report: the name with the identifier, as surnames may be equal.

        >>> Points("u1", "", "Søe", "Ada", "ps1", 10.0).who
        'Søe, Ada (u1)'
        """
        name = ", ".join(part for part in (self.last_name, self.first_name) if part)
        return f"{name} ({self.student})" if name else self.student


def read_points(
    gradebook: Gradebook, assignments: Sequence[str] = (), students: Sequence[str] = ()
) -> list[Points]:
    """The points by assignment and name; of all assignments and students where none are named.

    Raises:
        ValueError: an assignment or a student that the gradebook does not know.
    """
    wanted = _chosen({each.name: each for each in gradebook.assignments}, assignments, "assignment")
    people = _chosen({each.id: each for each in gradebook.students}, students, "student")
    people.sort(key=lambda student: (student.last_name or "", student.first_name or "", student.id))
    return [_points(gradebook, assignment, student) for assignment in wanted for student in people]


def _chosen(known: dict[str, object], names: Sequence[str], kind: str) -> list:
    unknown = sorted(set(map(str, names)) - set(known))
    if unknown:
        there = ", ".join(sorted(known)) or "none"
        raise ValueError(
            f"no {short(kind)} {short(', '.join(unknown))} in the gradebook; it has: {short(there)}"
        )
    return [known[str(name)] for name in names] if names else list(known.values())


def _points(gradebook: Gradebook, assignment: Assignment, student: Student) -> Points:
    """One cell of the gradebook."""
    from nbgrader.api import MissingEntry

    known = {
        "student": student.id,
        "email": student.email or "",
        "last_name": student.last_name or "",
        "first_name": student.first_name or "",
        "assignment": assignment.name,
        "of": float(assignment.max_score or 0.0),
    }
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return Points(**known, why=NOTHING)
    if submission.needs_manual_grade:
        return Points(**known, why="waits for grading by hand")
    penalty = float(submission.late_submission_penalty or 0.0)
    return Points(**known, value=max(0.0, submission.score - penalty), penalty=penalty)
