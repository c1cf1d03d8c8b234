"""Reading solved lessons: which cells are exercises, and where their solutions begin and end."""

from pathlib import Path
from typing import Any

from ia3_teach.storage.plain_files import read_text
from ia3_teach.wording import short

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


class BuildError(ValueError):
    """A source or a target that no build can be made from; nothing has been written."""


def read_lessons(source: Path) -> dict[str, Any]:
    """File name -> notebook, every exercise of it checked.

    Raises:
        BuildError: no notebooks, an unreadable one, or an exercise without a solution.
    """
    import nbformat

    paths = sorted(Path(source).glob("*.ipynb"))
    if not paths:
        raise BuildError(f"no lessons to build from: {short(source)} holds no *.ipynb files")
    lessons = {}
    for path in paths:
        try:
            lessons[path.name] = nbformat.reads(read_text(path), as_version=4)
        except Exception as error:  # nbformat raises many kinds for a damaged file
            raise BuildError(f"{short(path.name)} is not a readable notebook: {short(error)}") from error
        _check_exercises(path.name, lessons[path.name])
    return lessons


def _check_exercises(name: str, notebook: Any) -> None:
    for number, cell in enumerate(notebook.cells):
        place = f"{name}, cell {number} ({role(cell, 'grade_id') or cell.get('id', 'no id')})"
        if role(cell, "solution"):
            regions(cell.source, BEGIN, END, place)
            if BEGIN not in cell.source:
                raise BuildError(f"{short(place)}: an exercise without a solution; put it in {BEGIN}")
        elif BEGIN in cell.source:
            raise BuildError(f"{short(place)}: a solution in a cell that nbgrader does not know as one")
        regions(cell.source, BEGIN_HIDDEN, END_HIDDEN, place)


def role(cell: Any, key: str) -> Any:
    """What nbgrader's metadata say of the cell under `key`: None where they say nothing."""
    return cell.metadata.get("nbgrader", {}).get(key)


def regions(text: str, begin: str, end: str, place: str = "") -> list[tuple[int, int]]:
    """Line numbers (begin, end) of each marked region.

    >>> regions("a\\n### B\\nb\\n### E", "### B", "### E")
    [(1, 3)]
    """
    found, start = [], None
    for number, line in enumerate(text.split("\n")):
        if line.strip() not in (begin, end):
            continue
        opens = line.strip() == begin
        if opens == (start is not None):
            raise BuildError(f"{short(place)}: `{short(line.strip())}` out of order in line {number + 1}")
        if start is not None:
            found.append((start, number))
        start = number if opens else None
    if start is not None:
        raise BuildError(f"{short(place)}: `{short(begin)}` in line {start + 1} has no `{short(end)}`")
    return found
