"""A lesson with one exercise, to build from."""

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

SOLVED = '''def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION'''
CHECK = """assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(55) == 110
### END HIDDEN TESTS"""


def grader(grade_id: str, grade: bool, **more: Any) -> dict[str, Any]:
    flags = {"grade": grade, "solution": not grade, "locked": grade, "task": False} | more
    return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, **flags}}


def write_lesson(
    directory: Path, name: str = "02_a", words: str = "first", solved: str = SOLVED
) -> None:
    """A lesson with one exercise and one cell after it."""
    shown = new_output("stream", text="3\n")
    cells = [
        new_markdown_cell(f"# 02 · A lesson, {words} edition", id="title"),
        new_code_cell(solved, id="double", metadata=grader("double", grade=False)),
        new_code_cell(CHECK, id="check", metadata=grader("double_check", grade=True, points=2)),
        new_code_cell("print(3)", id="after", outputs=[shown], execution_count=3),
    ]
    directory.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), directory / f"{name}.ipynb")


def cells(target: Path, name: str = "02_a.ipynb") -> list[Any]:
    notebook = nbformat.read(target / name, as_version=4)
    nbformat.validate(notebook)
    return notebook.cells


def change(path: Path) -> bytes:
    """What a learner does: add a note to a notebook."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_markdown_cell("my own note", id="note"))
    nbformat.write(notebook, path)
    return path.read_bytes()
