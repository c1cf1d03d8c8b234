"""From what the probes saw to points: the verdict, outside of every box."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ia3_teach.grading import exercises
from ia3_teach.grading.source import Graded
from ia3_teach.grading.work import Work
from ia3_teach.wording import brief

LONGEST = 1000  # characters of a line: what an answer returned is part of it


@dataclass
class Mark:
    """The points of one graded cell; `shown` is for the student, `told` for the teacher alone.

    What a student sees names properties and likely mistakes, and no value of a case.
    """

    points: float
    of: float
    shown: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def mark(graded: Graded, work: Work, class_seed: str, student: str) -> Mark:
    """The best of the answers that were found for this cell, property by property."""
    exercise = graded.exercise
    personal = getattr(exercise, "personal", False)  # numbers of one's own, drawn from the name
    seed = _own_seed(exercise, student) if personal else exercises.seed_for(class_seed, exercise.name)
    marks = [_judged(graded, file, seed) for file in work.records.get(exercise.name, [])]
    if marks:
        best = max(marks, key=lambda found: found.points)
        return _with_names(best, exercise, work, student) if personal else best
    why = work.troubles.get(exercise.name, "the notebook could not be run")
    told = work.details.get(exercise.name, why)
    return Mark(0.0, graded.points, [f"0 of {graded.points:g} points", why], [told])


def _with_names(found: Mark, exercise: Any, work: Work, student: str) -> Mark:
    """Tell those whose own numbers were drawn from another name than the one they hand in under."""
    other = work.name and _own_seed(exercise, work.name) not in (0, _own_seed(exercise, student))
    if other and found.points < found.of:
        line = f"the notebook draws them for {brief(work.name)}; it was handed in as {brief(student)}"
        found.shown.append(f"     {line}")
        found.told.append(line)
    return found


def _own_seed(exercise: Any, name: str) -> int:
    """The seed of a name; 0 for one that draws nothing, as a space or the stub's."""
    try:
        return exercise.own_seed(name)
    except ValueError:
        return 0


def _judged(graded: Graded, file: bytes, seed: int) -> Mark:
    """One candidate; a record that cannot be read or judged earns nothing and stops nobody."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "record.safetensors"
            path.write_bytes(file)
            outcomes = graded.exercise.judge(exercises.load_record(path), seed)
    except Exception as error:  # a record may hold anything; whatever it does, the class goes on
        why = "what came out of your answer could not be read as a result"
        return Mark(0.0, graded.points, [why], [f"{why}: {type(error).__name__}: {error}"[:500]])
    return _summed(graded, outcomes)


def _summed(graded: Graded, outcomes: list[Any]) -> Mark:
    """Points in the proportion that the properties have, on the scale of the cell."""
    whole = sum(outcome.of for outcome in outcomes)
    points = graded.points * sum(outcome.points for outcome in outcomes) / whole if whole else 0.0
    result = Mark(round(points, 6), graded.points, [f"{points:.3g} of {graded.points:g} points"])
    for outcome in outcomes:
        held = outcome.points >= outcome.of
        result.shown.append(f"{'yes' if held else 'no '}  {outcome.property}")
        if not held:
            result.shown += [f"     {line[:LONGEST]}" for line in outcome.message.splitlines()[:9]]
            result.told.append(
                f"{outcome.property}: {outcome.detail or outcome.message}".replace("\n", " | ")[:LONGEST]
            )
    return result
