"""A course with the small set, submissions in it, and limits under which the hostile are done with soon."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import small_exercises
from submissions import ALL, as_file

from ia3_teach.grading.limits import Limits
from ia3_teach.grading.source import read_set
from ia3_teach.grading.whole_set import Settings

# A busy machine is no submission's fault: to start with there is time.
LIMITS = Limits(cell=4, probe=4, whole=300, memory=300_000_000, files=64_000_000, processes=12)
QUICK = Settings(boxes=2, limits=LIMITS)


def handed_out(course: Path) -> Any:
    """The notebook that students get."""
    (sheet,) = read_set(course / "source" / "ps1", small_exercises.EXERCISES)
    return sheet.handed_out


def hand_in(course: Path, names: Iterable[str], **replaced: str) -> None:
    """Submissions of these kinds, each by a student of the same name; `replaced` goes into their text."""
    notebook = handed_out(course)
    for name in names:
        put(course, name, ALL[name][3](notebook), **replaced)


def put(course: Path, student: str, made: Any, **replaced: str) -> None:
    """One submission; None is a folder without the notebook."""
    folder = course / "submitted" / student / "ps1"
    folder.mkdir(parents=True, exist_ok=True)
    if made is None:
        (folder / "other.txt").write_text("my notes")
        return
    content = as_file(made)
    for word, value in replaced.items():
        content = content.replace(word.encode(), value.encode())
    (folder / "first.ipynb").write_bytes(content)
