"""The facts that a lesson states about itself: title, minutes, prerequisites, exercises."""

import re
from dataclasses import dataclass
from pathlib import Path

from ia3_teach.course.lab.kernel import lessons, read_notebook
from ia3_teach.course.progress.exercises import CARD
from ia3_teach.wording import short

TIME = re.compile(r"^\*\*Time\.\*\* .*?(\d+) minutes? to read, .*?(\d+) seconds? to run", re.M)
NEEDS = re.compile(r"^\*\*Prerequisites\.\*\*(.*?)^\*\*Time", re.M | re.S)


@dataclass(frozen=True)
class Lesson:
    """One lesson: minutes to read, the seconds that it promises, the lessons it builds on."""

    name: str
    title: str
    minutes: int
    seconds: int
    needs: tuple[str, ...]
    exercises: tuple[tuple[str, str, int], ...]

    @property
    def number(self) -> str:
        """The first two digits of the file's name."""
        return self.name[:2]


def all_lessons(directory: Path) -> list[Lesson]:
    """Every lesson of a directory, in order. Raises ValueError where one lacks its Time line."""
    return [facts(path.stem, words(path)) for path in lessons(directory)]


def words(path: Path) -> str:
    """The text cells of a notebook."""
    return "\n\n".join(cell.source for cell in read_notebook(path).cells if cell.cell_type == "markdown")


def facts(name: str, text: str) -> Lesson:
    """Read the facts from a lesson's text.

    >>> time = "**Time.** 5 minutes to read, 9 seconds to run"
    >>> facts("02_one", f"# 02 · One vector\\n**Prerequisites.** Lesson 00.\\n{time}")
    Lesson(name='02_one', title='02 · One vector', minutes=5, seconds=9, needs=('00',), exercises=())
    """
    time, needs = TIME.search(text), NEEDS.search(text)
    if not (time and needs):
        raise ValueError(
            f"{short(name)} lacks **Prerequisites.** or **Time.** N minutes to read, N seconds to run"
        )
    title = text.splitlines()[0].removeprefix("# ")
    before = tuple(sorted(set(re.findall(r"\b\d\d\b", needs[1]))))
    posed = tuple((number, name, int(minutes)) for number, name, minutes in CARD.findall(text))
    return Lesson(name, title, int(time[1]), int(time[2]), before, posed)
