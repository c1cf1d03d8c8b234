"""Where a learner stands: the lessons beside the record, what is left, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ia3_teach.course.progress.exercises import Lesson, Posed
from ia3_teach.course.progress.record import Passed


@dataclass(frozen=True)
class Standing:
    """The lessons in order, and what of them was passed; an exercise no longer posed counts nowhere."""

    lessons: Sequence[Lesson]
    passed: Mapping[str, Passed]

    def day(self, exercise: Posed) -> str:
        """The day on which it was first passed, "" where it is open."""
        found = self.passed.get(exercise.check)
        return found.day.isoformat() if found else ""

    def done(self, lesson: Lesson) -> int:
        """How many exercises of a lesson were passed."""
        return sum(exercise.check in self.passed for exercise in lesson.exercises)

    def counts(self) -> tuple[int, int]:
        """(passed, posed) over all lessons."""
        return sum(map(self.done, self.lessons)), sum(len(lesson.exercises) for lesson in self.lessons)

    def open(self) -> Iterator[tuple[Lesson, Posed]]:
        """What was not passed, in order."""
        for lesson in self.lessons:
            yield from ((lesson, one) for one in lesson.exercises if one.check not in self.passed)

    def next(self) -> tuple[Lesson, Posed] | None:
        """The first open exercise from the lesson on that was worked in last; None where all were passed.

        So whoever began in the middle is not sent back before the end is reached.
        """
        left = list(self.open())
        numbered = enumerate(self.lessons)
        days = [(self.day(one), place) for place, lesson in numbered for one in lesson.exercises]
        _, last = max((one for one in days if one[0]), default=("", 0))
        behind = [one for one in left if self.lessons.index(one[0]) >= last]
        return next(iter([*behind, *left]), None)


def as_text(standing: Standing) -> str:
    """A table for the command line: each lesson with its exercises, and what comes next."""
    lines = []
    for lesson in standing.lessons:
        if lesson.exercises:
            lines.append(f"{lesson.title}: {standing.done(lesson)} of {len(lesson.exercises)}")
            lines += [f"  {row(one, standing.day(one))}" for one in lesson.exercises]
    return "\n".join([*lines, "", *last_lines(standing)])


def row(exercise: Posed, day: str) -> str:
    """One exercise in a line.

    >>> row(Posed("2.1", "Scale by a loop", 5, "lesson_02.scale_by_loop"), "2026-03-01")
    'passed  2.1 Scale by a loop (2026-03-01)'
    >>> row(Posed("2.1", "Scale by a loop", 5, "lesson_02.scale_by_loop"), "")
    'open    2.1 Scale by a loop (5 min)'
    """
    state, more = ("passed", day) if day else ("open", f"{exercise.minutes} min")
    return f"{state:<8}{exercise.number} {exercise.title} ({more})"


def last_lines(standing: Standing) -> Iterator[str]:
    """How many were passed, and what to do next."""
    done, of = standing.counts()
    yield f"{done} of {of} exercises passed."
    following = standing.next()
    if following is None:
        yield "Nothing is left. `python -m ia3_teach progress --page FILE` makes a page of it to print."
        return
    lesson, one = following
    yield f"Next: {one.number} {one.title} ({one.minutes} min), in {lesson.name}.ipynb."
    if not done:
        yield "A check that passes in JupyterLab is kept; with IA3_TEACH_PROGRESS=on in other programs too."
