"""The notebook that a teacher and, as feedback, a student looks at: their cells, our checks, the points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from ia3_teach.course.builds.source import role
from ia3_teach.course.classroom.clean import as_it_is, as_text
from ia3_teach.grading.harmless import made_harmless
from ia3_teach.grading.marking import Mark
from ia3_teach.grading.pictures import that_are_pictures
from ia3_teach.grading.room import Room, without_gaps
from ia3_teach.grading.source import Sheet
from ia3_teach.markup import in_markdown
from ia3_teach.storage.atomic import replacing
from ia3_teach.wording import many

NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
IDS = ("statusmessage", "notebook")  # of nbgrader's pages, beside the cells' names
PYTHON = {"name": "python"}  # without it a page colours code as IPython's, which can take minutes


def marked_notebook(
    sheet: Sheet, cells: list[dict[str, Any]] | None, marks: dict[str, Mark], lines: list[str]
) -> Any:
    """What was handed in, in its order; locked cells as they were handed out, and what is missing at the end.

    The checks stand there without hidden tests. Below each stand its points.
    """
    built = _in_order(sheet, cells or [])
    for cell in built:
        if role(cell, "grade_id") in marks:
            text = "\n".join(marks[role(cell, "grade_id")].shown)
            cell.outputs = [new_output("stream", text=text + "\n")]
    if lines:
        noted = "\n".join(f"- {in_markdown(line)}" for line in lines)  # shown in the teacher's browser
        built.insert(0, new_markdown_cell(f"**Noted while grading**\n\n{noted}"))
    for number, cell in enumerate(built):
        cell.id = f"cell-{number}"
    return new_notebook(cells=built, metadata=dict(sheet.handed_out.metadata) | {"language_info": PYTHON})


def _in_order(sheet: Sheet, cells: list[dict[str, Any]]) -> list[Any]:
    """The cells that were handed in, those of the set that were not, and how many there is no room for."""
    ours = {role(cell, "grade_id"): cell for cell in sheet.handed_out.cells if role(cell, "grade_id")}
    left, built, hidden = dict(ours), [], 0
    room = Room((*ours, *IDS))
    for cell in cells:
        known = left.pop(cell["grade_id"], None)
        if known is not None:
            built.append(_known(known, cell, room))
        elif room.text > 0:
            built.append(_own(cell, room))
        else:
            hidden += 1
    built += [_copy(cell) for cell in left.values()]
    if hidden:
        built.append(new_markdown_cell(f"**{many(hidden, 'cell')} more: too much to show in a page.**"))
    return built


def _copy(cell: Any) -> Any:
    """A cell of the set as it was handed out."""
    pictures = {"attachments": cell.attachments} if cell.get("attachments") else {}
    return NEW[cell.cell_type](cell.source, metadata=dict(cell.metadata), **pictures)


def _known(ours: Any, theirs: dict[str, Any], room: Room) -> Any:
    """A cell of the set: its metadata, and what the student wrote where it is theirs to write."""
    if role(ours, "locked"):
        return _copy(ours)
    return _own(theirs | {"type": ours.cell_type}, room, dict(ours.metadata))


def _own(theirs: dict[str, Any], room: Room, metadata: dict[str, Any] | None = None) -> Any:
    """What a student wrote: a cell of the set, one that they added, or a second copy of one."""
    text, cut = room.cut(theirs["source"])
    if theirs["type"] == "code":
        cell = new_code_cell(without_gaps(text) + f"\n# {cut}" * bool(cut), metadata=metadata or {})
        cell.outputs = [output for kept in theirs["outputs"] for output in _output(kept, room)]
        return cell
    if theirs["type"] == "raw":  # a page would take it for HTML
        text, used = as_it_is(as_text(f"{text}\n{cut}")), {}
    else:
        pictures = {name: that_are_pictures(kinds) for name, kinds in theirs.get("pictures", {}).items()}
        text, used, room.pictures = made_harmless(text, pictures, room.pictures, room.names, cut)
    return new_markdown_cell(text, metadata=metadata or {}, **({"attachments": used} if used else {}))


def _output(kept: dict[str, str], room: Room) -> list[Any]:
    """Texts and pictures; a picture that is none is left out, since it is put into a page as it is."""
    if room.text <= 0:
        return []
    data = that_are_pictures(kept)
    if kept.get("text/plain"):
        data["text/plain"] = "\n".join(filter(None, room.cut(kept["text/plain"])))
    return [new_output("display_data", data=data)] if data else []


def write_notebook(notebook: Any, path: Path) -> None:
    """Into nbgrader's folder autograded/, as a whole or not at all."""
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        beside.write_text(nbformat.writes(notebook), encoding="utf-8")
