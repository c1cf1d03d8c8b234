"""Which cells of a submission are run, and what was done to the notebook since it was handed out."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from ia3_teach.course.builds.source import role
from ia3_teach.grading.source import Sheet

Cell = dict[str, Any]
NAMING = re.compile(r"""^student\s*=\s*(?P<mark>["'])(?P<name>[^"'\n\\]{1,200})(?P=mark)""", re.MULTILINE)


def cells_to_run(sheet: Sheet, cells: list[Cell]) -> list[Cell]:
    """The submission's code in its own order, before it what the set handed out and is not there any more.

    A check that is as it was handed out is left out: it would judge beside the answer.
    """
    ours = {plain(cell.source): cell for cell in sheet.handed_out.cells if cell.cell_type == "code"}
    checks = {text for text, cell in ours.items() if role(cell, "grade") and not role(cell, "solution")}
    theirs = [
        {"source": cell["source"], "grade_id": cell["grade_id"], "place": number}
        for number, cell in enumerate(cells, start=1)
        if cell["type"] == "code" and plain(cell["source"]) not in checks
    ]
    there = {plain(cell["source"]) for cell in theirs}
    gone = [
        {"source": cell.source, "grade_id": None, "place": f"of the set, {number}"}
        for number, (text, cell) in enumerate(ours.items(), start=1)
        if text not in there and not role(cell, "grade_id")
    ]
    return gone + theirs


def what_was_done(sheet: Sheet, cells: list[Cell]) -> list[str]:
    """A line for each kind of change that a teacher may want to look at."""
    ours = {role(cell, "grade_id"): cell for cell in sheet.handed_out.cells if role(cell, "grade_id")}
    theirs = [cell for cell in cells if cell["grade_id"] in ours]
    ids = [cell["grade_id"] for cell in theirs]
    changed = {
        cell["grade_id"]
        for cell in theirs
        if role(ours[cell["grade_id"]], "locked")
        and plain(cell["source"]) != plain(ours[cell["grade_id"]].source)
    }
    found = {
        "locked cells changed": sorted(changed),
        "cells missing": [name for name in ours if name not in ids],
        "cells there more than once": [name for name, times in Counter(ids).items() if times > 1],
        "cells in another order": _moved(list(ours), ids),
    }
    return [f"{what}: {', '.join(names)}" for what, names in found.items() if names]


def name_in(cells: list[Cell]) -> str:
    """The name that a submission draws its own numbers from; nothing where that is not plainly written."""
    found = [NAMING.search(cell["source"]) for cell in cells if cell["type"] == "code"]
    return next((naming["name"] for naming in found if naming), "")


def _moved(ours: list[str], ids: list[str]) -> list[str]:
    """The cells that stand before one that was handed out earlier."""
    first = list(dict.fromkeys(ids))
    places = [ours.index(name) for name in first]
    return [name for name, place, after in zip(first, places, places[1:], strict=False) if place > after]


def plain(source: str) -> str:
    """A source as it is compared: without the white space that editors change."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
