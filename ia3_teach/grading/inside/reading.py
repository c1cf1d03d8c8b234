"""Reads a submitted notebook, whatever it is, into plain cells; runs in a box, since a file can be a trap."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

LONGEST_CELL, MOST_CELLS = 200_000, 2_000
LARGEST_OUTPUT, ALL_OUTPUTS, MOST_PICTURES = 2_000_000, 20_000_000, 50  # pictures pasted into one cell
PICTURES = ("image/png", "image/jpeg")
KEPT_KINDS = ("text/plain", *PICTURES)  # nothing that a browser would run


class NotANotebook(ValueError):
    """The file holds no cells."""


def text_of(path: str) -> str:
    """The file as text. Its bytes are let go at once: beside them the text and what is read from it lie."""
    with open(path, "rb") as file:
        encoding = json.detect_encoding(file.read(4))
    try:
        with open(path, encoding=encoding, errors="surrogatepass") as file:
            return file.read()
    except ValueError as error:
        raise NotANotebook(f"the file is not JSON ({type(error).__name__})") from error


def plain_notebook(text: str) -> dict[str, Any]:
    """`cells` (type, source, grade_id, outputs, pictures) of a notebook of any version, `language`, `format`.

    `lines` say what of it was not read.

    >>> plain_notebook('{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a = 1"]}]}')["cells"]
    [{'type': 'code', 'source': 'a = 1', 'grade_id': None, 'outputs': [], 'pictures': {}}]
    """
    if not text or text.isspace():
        raise NotANotebook("the file is empty")
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotANotebook(f"the file is not JSON ({type(error).__name__})") from error
    if not isinstance(read, dict):
        raise NotANotebook("the file is JSON but no notebook")
    sheets = read.get("worksheets")  # format 3 and older
    found = sheets[0].get("cells") if isinstance(sheets, list) and sheets else read.get("cells")
    if not isinstance(found, list):
        raise NotANotebook("the file is JSON but has no cells")
    cells = [_plain_cell(cell) for cell in found[:MOST_CELLS] if isinstance(cell, dict)]
    lines = [f"it has {len(found):,} cells; the first {MOST_CELLS:,} were read"] * (len(found) > MOST_CELLS)
    lines += _bound_sources(cells)
    _bound_outputs(cells)
    about = {"language": _language(read), "format": str(read.get("nbformat"))[:9]}
    return {"cells": cells, "lines": lines, **about}


def _language(read: dict[str, Any]) -> str:
    about = read.get("metadata")
    spec = about.get("kernelspec") if isinstance(about, dict) else None
    language = spec.get("language") if isinstance(spec, dict) else None
    return language[:40] if isinstance(language, str) else "python"


def _plain_cell(cell: dict[str, Any]) -> dict[str, Any]:
    """One cell; format 3 calls the source of a code cell `input`."""
    about = cell.get("metadata")
    ours = about.get("nbgrader") if isinstance(about, dict) else None
    grade_id = ours.get("grade_id") if isinstance(ours, dict) else None
    outputs = cell.get("outputs")
    return {
        "type": cell.get("cell_type") if cell.get("cell_type") in ("code", "markdown", "raw") else "raw",
        "source": _text(cell.get("source", cell.get("input"))),
        "grade_id": grade_id[:200] if isinstance(grade_id, str) else None,
        "outputs": [_plain_output(output) for output in outputs or [] if isinstance(output, dict)]
        if isinstance(outputs, list) else [],
        "pictures": _pictures(cell.get("attachments")),
    }  # fmt: skip


def _plain_output(output: dict[str, Any]) -> dict[str, str]:
    """Text and pictures by their kind; what a browser would run is left out."""
    data = output.get("data") if isinstance(output.get("data"), dict) else {}
    kept = {kind: _text(data[kind]) for kind in KEPT_KINDS if kind in data}
    if "text" in output:
        kept["text/plain"] = _text(output["text"])
    if isinstance(output.get("ename"), str):
        kept["text/plain"] = f"{output['ename']}: {_text(output.get('evalue'))}"
    return kept


def _pictures(attached: Any) -> dict[str, dict[str, str]]:
    """{name: {kind: content}} of the pictures that were pasted into a cell."""
    found = list(attached.items())[:MOST_PICTURES] if isinstance(attached, dict) else []
    return {name[:200]: {kind: _text(data[kind]) for kind in PICTURES if kind in data}
            for name, data in found if isinstance(data, dict)}  # fmt: skip


def _bound_sources(cells: list[dict[str, Any]]) -> list[str]:
    """Cut what is too long, and say so."""
    long = [number for number, cell in enumerate(cells, start=1) if len(cell["source"]) > LONGEST_CELL]
    for number in long:
        cells[number - 1]["source"] = cells[number - 1]["source"][:LONGEST_CELL]
    return [f"of cell {number} the first {LONGEST_CELL:,} characters were read" for number in long[:5]]


def _bound_outputs(cells: list[dict[str, Any]]) -> None:
    """Drop pictures that are too large, shorten texts, and stop at a sum."""
    room = ALL_OUTPUTS
    for cell in cells:
        for output in cell["outputs"]:
            output["text/plain"] = output.get("text/plain", "")[:10_000]
        for kept in [*cell["outputs"], *cell["pictures"].values()]:
            for kind in list(kept):
                if len(kept[kind]) > min(room, LARGEST_OUTPUT):
                    del kept[kind]
            room -= sum(map(len, kept.values()))


def _text(value: Any) -> str:
    """A source or an output: a text or a list of them."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


if __name__ == "__main__":
    from ia3_teach.grading.inside.frames import Speaker

    speaker = Speaker(os.dup(1))
    try:
        speaker.say(json.dumps(plain_notebook(text_of(sys.argv[1]))).encode(), notebook=True)
    except NotANotebook as error:
        speaker.say(refused=str(error))
