"""The exercises that the lessons pose, each with the name of its check, read from the notebooks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ia3_teach.course.lab.kernel import LessonError, lessons
from ia3_teach.storage.plain_files import read_json
from ia3_teach.wording import short

CARD = re.compile(r"^### Exercise (\d+\.\d+) · (.+)\n.*\*\*Minutes\*\* (\d+)", re.M)
CHECK = re.compile(r"^check\.(\w+)\(", re.M)


@dataclass(frozen=True)
class Posed:
    """One exercise; `check` is the name under which its check keeps that it was passed."""

    number: str
    title: str
    minutes: int
    check: str


@dataclass(frozen=True)
class Lesson:
    """One lesson: the name of its file without the ending, its title, its exercises in order."""

    name: str
    title: str
    exercises: tuple[Posed, ...]


def all_lessons(directory: Path) -> list[Lesson]:
    """Every lesson of a directory, in order.

    Raises ValueError (LessonError) where one cannot be read; nothing but the text of its cells is looked at.
    """
    return [of_notebook(path.stem, cells(path)) for path in lessons(directory)]


def cells(path: Path) -> list[tuple[str, str]]:
    """(kind, source) of each cell. Raises LessonError where the file is no notebook."""
    try:
        found = read_json(path)["cells"]
        return [(cell["cell_type"], joined(cell["source"])) for cell in found]
    except (ValueError, KeyError, TypeError) as error:
        raise LessonError(f"{short(path.name)} cannot be read as a notebook: {short(error)}") from error


def joined(source: Any) -> str:
    """A cell's source, which a file may hold in lines.

    >>> joined(["a\\n", "b"])
    'a\\nb'
    """
    return "".join(source)


def of_notebook(name: str, cells: list[tuple[str, str]]) -> Lesson:
    """The lesson that these cells are; a card belongs to the first check that follows it.

    >>> card = "### Exercise 2.1 · Scale\\n**Difficulty** 1 of 5 · **Minutes** 5"
    >>> cells = [("markdown", "# 02 · One"), ("markdown", card), ("code", "check.scale(scale)")]
    >>> of_notebook("02_one", cells).exercises
    (Posed(number='2.1', title='Scale', minutes=5, check='lesson_02.scale'),)
    """
    posed, card = [], None
    for kind, source in cells:
        check = CHECK.search(source) if kind == "code" else None
        if kind == "markdown":
            card = CARD.search(source) or card
        elif card and check:
            number, title, minutes = card.groups()
            posed.append(Posed(number, title, int(minutes), f"lesson_{name[:2]}.{check[1]}"))
            card = None
    title = cells[0][1].splitlines()[0].removeprefix("# ") if cells and cells[0][1] else name
    return Lesson(name, title, tuple(posed))
