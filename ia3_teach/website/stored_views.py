"""The views that a lesson calls, with the pictures that are stored in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ia3_teach.course.lab.kernel import read_notebook

CALL = re.compile(r"(?:plot|explore)_\w+")
IMAGE = re.compile(r'<img alt="([^"]*)" width="(\d+)" height="(\d+)".*?base64,([^"]+)"', re.S)
HEADING = re.compile(r"^##? (.+)$", re.M)


@dataclass(frozen=True)
class Drawn:
    """A view in a lesson: its call, the data, under which heading, and the picture with size and words."""

    name: str
    lesson: str
    title: str
    heading: str
    call: str
    data: tuple[str, ...]
    image: tuple[str, str, str, str]


def drawn_in(path: Path) -> Iterator[Drawn]:
    """The views that a lesson calls; controls, which are stored as words, have the lesson's next picture."""
    title, heading, waiting, known = "", "", [], {}
    for cell in read_notebook(path).cells:
        if cell.cell_type == "markdown":
            found = HEADING.findall(cell.source)
            title, heading = title or (found or [""])[0], (found or [heading])[-1]
            continue
        known |= assignments(cell.source)
        waiting += [(name, heading, call, data_of(call, known)) for name, call in calls(cell.source)]
        images = [image for image in map(image_of, cell.get("outputs", ())) if image]
        if images:
            for number, (name, under, call, data) in enumerate(waiting):
                shown = images[min(number, len(images) - 1)]
                yield Drawn(name, path.stem, title, under, call, data, shown)
            waiting = []


def calls(source: str) -> list[tuple[str, str]]:
    """[(name, the call as written)] of the views in a cell; a cell that is no plain Python has none.

    >>> calls("show(plot_scale(l, title='x'))")
    [('plot_scale', "plot_scale(l, title='x')")]
    """
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return []
    found = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [(node.func.id, ast.unparse(node)) for node in found if CALL.fullmatch(node.func.id)]


def assignments(source: str) -> dict[str, str]:
    """{name: the line that made it} of a cell's own assignments; a cell that is no plain Python has none.

    >>> assignments("a, b = load('x')")
    {'a': "a, b = load('x')", 'b': "a, b = load('x')"}
    """
    try:
        lines = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    except SyntaxError:
        return {}
    made = [(ast.unparse(line), target) for line in lines for target in line.targets]
    return {node.id: text for text, target in made for node in ast.walk(target) if isinstance(node, ast.Name)}


def data_of(call: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """The lines that made what a call is given, each once.

    >>> data_of("plot_dial(grid, strength=1.0)", {"grid": "grid = turn_dial(model)", "plot_dial": "?"})
    ('grid = turn_dial(model)',)
    """
    called, *inside = ast.walk(ast.parse(call, mode="eval").body)
    given = [node.id for node in inside if isinstance(node, ast.Name) and node is not called.func]
    return tuple(dict.fromkeys(known[name] for name in given if name in known))


def image_of(output: Any) -> tuple[str, str, str, str] | None:
    """(words, width, height, base64) of the picture in a stored output, if there is one."""
    found = IMAGE.search("".join(output.get("data", {}).get("text/html", "")))
    return found.groups() if found else None
