"""The notebook that a teacher and, as feedback, a student looks at: their cells, our checks, the points."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from ia3_teach.course.builds.source import role
from ia3_teach.grading.marking import Mark
from ia3_teach.grading.source import Sheet
from ia3_teach.markup import in_markdown
from ia3_teach.storage.atomic import replacing

NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def marked_notebook(
    sheet: Sheet, cells: list[dict[str, Any]] | None, marks: dict[str, Mark], lines: list[str]
) -> Any:
    """What was handed in, in its order; locked cells as they were handed out, and what is missing at the end.

    The checks stand there without hidden tests. Below each stand its points.
    """
    ours = {role(cell, "grade_id"): cell for cell in sheet.handed_out.cells if role(cell, "grade_id")}
    left, built = dict(ours), []
    for cell in cells or []:
        known = left.pop(cell["grade_id"], None)
        built.append(_known(known, cell) if known is not None else _own(cell))
    built += [_copy(cell) for cell in left.values()]
    for cell in built:
        if role(cell, "grade_id") in marks:
            text = "\n".join(marks[role(cell, "grade_id")].shown)
            cell.outputs = [new_output("stream", text=text + "\n")]
    if lines:
        noted = "\n".join(f"- {in_markdown(line)}" for line in lines)  # shown in the teacher's browser
        built.insert(0, new_markdown_cell(f"**Noted while grading**\n\n{noted}"))
    for number, cell in enumerate(built):
        cell.id = f"cell-{number}"
    return new_notebook(cells=built, metadata=sheet.handed_out.metadata)


def _copy(cell: Any) -> Any:
    return NEW[cell.cell_type](cell.source, metadata=dict(cell.metadata))


def _known(ours: Any, theirs: dict[str, Any]) -> Any:
    """A cell of the set: its metadata, and what the student wrote where it is theirs to write."""
    cell = _copy(ours)
    if not role(ours, "locked"):
        cell.source = theirs["source"]
        if cell.cell_type == "code":
            cell.outputs = [output for kept in theirs["outputs"] for output in _output(kept)]
    return cell


def _own(theirs: dict[str, Any]) -> Any:
    """A cell that the student added, or a second copy of one."""
    cell = NEW[theirs["type"]](theirs["source"])
    if theirs["type"] == "code":
        cell.outputs = [output for kept in theirs["outputs"] for output in _output(kept)]
    return cell


def _output(kept: dict[str, str]) -> list[Any]:
    """Texts and pictures; a picture that is none is left out, since it is put into a page as it is."""
    data = {kind: text for kind, text in kept.items() if kind == "text/plain" or _is_base64(text)}
    return [new_output("display_data", data=data)] if any(data.values()) else []


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text.replace("\n", ""), validate=True))
    except (binascii.Error, ValueError):
        return False


def write_notebook(notebook: Any, path: Path) -> None:
    """Into nbgrader's folder autograded/, as a whole or not at all."""
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        beside.write_text(nbformat.writes(notebook), encoding="utf-8")
