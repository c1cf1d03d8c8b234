"""The questions of all lessons on one page, to answer without a kernel."""

from collections.abc import Sequence
from pathlib import Path

from ia3_teach.course.lab.kernel import read_notebook
from ia3_teach.course.recall.questions import questions_to
from ia3_teach.course.recall.rendering import HOW, as_html


def page(taught: Sequence[Path]) -> str:
    """A section for each lesson that has questions, with a link to it; "" where none has."""
    sections = [section(path) for path in taught if questions_to(path.stem, path.parent)]
    return "\n\n".join(["# Do you remember?", HOW, *sections, ""]) if sections else ""


def section(path: Path) -> str:
    """The title of a lesson, and its questions."""
    title = read_notebook(path).cells[0].source.splitlines()[0].removeprefix("# ")
    return f"## [{title}](notebooks/{path.name})\n\n{as_html(questions_to(path.stem, path.parent))}"
