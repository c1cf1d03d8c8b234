"""The gallery: every view, what it shows, what it is drawn from, and the lesson that it was stored in."""

from __future__ import annotations

import ast
import base64
import html
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ia3_teach import views
from ia3_teach.course.lab.kernel import lessons, read_notebook

CALL = re.compile(r"(?:plot|explore)_\w+")
IMAGE = re.compile(r'<img alt="([^"]*)" width="(\d+)" height="(\d+)".*?base64,([^"]+)"', re.S)
HEADING = re.compile(r"^##? (.+)$", re.M)
LIVE = {  # views that answer on this site, without a kernel
    "explore_vectors": "[live on this site](explorer.md)",
    "explore_map": "[live on this site](explorer.md)",
    "explore_dial": "[live on the first page](index.md)",
}
INTRODUCTION = """\
# Gallery of views

Every picture is computed, in the lesson named below it. What begins with `explore_` has controls, for which a
lesson needs a running notebook; the pictures show where they begin.
"""


@dataclass(frozen=True)
class Drawn:
    """A view in a lesson: how it was called, under which heading, and the picture with size and words."""

    name: str
    lesson: str
    title: str
    heading: str
    call: str
    image: tuple[str, str, str, str]


def page(notebooks: Path, pictures: Path) -> str:
    """The gallery in Markdown; the pictures are written into a folder of their own beside it."""
    pictures.mkdir(parents=True)
    first: dict[str, Drawn] = {}
    for path in lessons(notebooks):
        for drawn in drawn_in(path):
            first.setdefault(drawn.name, drawn)
    names = [name for name in views.__all__ if CALL.fullmatch(name)]
    names.sort(key=lambda name: (name not in LIVE, name.startswith("plot_"), place(first.get(name)), name))
    return "\n".join([INTRODUCTION, *(entry(name, first.get(name), pictures) for name in names)])


def place(drawn: Drawn | None) -> str:
    """Views in the order of their lessons, those of none last."""
    return drawn.lesson if drawn else "~"


def drawn_in(path: Path) -> Iterator[Drawn]:
    """The views that a lesson calls; controls, which are stored as words, have the lesson's next picture."""
    cells, title, heading, waiting = read_notebook(path).cells, "", "", []
    for cell in cells:
        if cell.cell_type == "markdown":
            found = HEADING.findall(cell.source)
            title, heading = title or (found or [""])[0], (found or [heading])[-1]
            continue
        waiting += [(name, heading, call) for name, call in calls(cell.source)]
        images = [image for image in map(image_of, cell.get("outputs", ())) if image]
        if images:
            for number, (name, under, call) in enumerate(waiting):
                shown = images[min(number, len(images) - 1)]
                yield Drawn(name, path.stem, title, under, call, shown)
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


def image_of(output: Any) -> tuple[str, str, str, str] | None:
    """(words, width, height, base64) of the picture in a stored output, if there is one."""
    found = IMAGE.search("".join(output.get("data", {}).get("text/html", "")))
    return found.groups() if found else None


def entry(name: str, drawn: Drawn | None, pictures: Path) -> str:
    """A heading, what the view says of itself, the picture, and where it comes from."""
    lines = [f"## `{name}`", said_of(name), LIVE.get(name, "")]
    if drawn:
        alt, width, height, data = drawn.image
        (pictures / f"{name}.png").write_bytes(base64.b64decode(data))
        lines += [picture(name, alt, width, height), origin(drawn)]
    return "\n\n".join(line for line in lines if line) + "\n"


def said_of(name: str) -> str:
    """The first paragraph of a picture's docstring; of controls that of their file, which says what they are.

    >>> said_of("explore_dial")
    'A slider around the picture of the dial.'
    """
    view = getattr(views, name)
    owner = sys.modules[view.__module__] if name.startswith("explore_") else view
    return " ".join((owner.__doc__ or "").split("\n\n")[0].split())


def picture(name: str, alt: str, width: str, height: str) -> str:
    """The picture, fetched when it comes into sight; `alt` is escaped already."""
    size = f'width="{width}" height="{height}" loading="lazy" decoding="async"'
    return f'<img class="view" alt="{alt}" src="_static/pictures/{name}.png" {size}>'


def origin(drawn: Drawn) -> str:
    """The lesson, the part of it, and the call that drew the picture."""
    where = f"[{drawn.title}](notebooks/{drawn.lesson}.ipynb)"
    part = f", *{drawn.heading}*" if drawn.heading != drawn.title else ""
    return f"From {where}{part}, by <code>{html.escape(drawn.call)}</code>"
