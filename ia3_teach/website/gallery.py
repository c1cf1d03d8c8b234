"""The gallery: every view, what it shows, what it is drawn from, and the lesson that it was stored in."""

from __future__ import annotations

import base64
import html
import sys
from pathlib import Path

from ia3_teach import views
from ia3_teach.course.lab.kernel import lessons
from ia3_teach.website.stored_views import CALL, Drawn, drawn_in

LIVE = {  # views that answer on this site, without a kernel
    "explore_vectors": "[live on this site](explorer.md)",
    "explore_map": "[live on this site](explorer.md)",
    "explore_dial": "[live on the first page](index.md)",
}
DRAWN_BY = {  # pictures that a lesson shows under controls
    "plot_blend": "explore_blend",
    "plot_budget": "explore_budget",
    "plot_channel": "explore_channels",
    "plot_desk": "explore_desk",
    "plot_dial": "explore_dial",
    "plot_frame": "explore_film",
    "plot_gauge": "explore_gauge",
    "plot_reach": "explore_reach",
}
INTRODUCTION = """\
# Gallery of views

Every picture is computed, in the lesson named below it. What begins with `explore_` has controls, for which a
lesson needs a running notebook; the pictures show where they begin.
"""


def page(notebooks: Path, pictures: Path) -> str:
    """The gallery in Markdown; the pictures are written into a folder of their own beside it."""
    pictures.mkdir(parents=True)
    first: dict[str, Drawn] = {}
    for path in lessons(notebooks):
        for drawn in drawn_in(path):
            first.setdefault(drawn.name, drawn)
    for plot, controls in DRAWN_BY.items():
        if controls in first:
            first.setdefault(plot, first[controls])
    names = [name for name in views.__all__ if CALL.fullmatch(name)]
    names.sort(key=lambda name: (name not in LIVE, name.startswith("plot_"), place(first.get(name)), name))
    return "\n".join([INTRODUCTION, *(entry(name, first.get(name), pictures) for name in names)])


def place(drawn: Drawn | None) -> str:
    """Views in the order of their lessons, those of none last."""
    return drawn.lesson if drawn else "~"


def entry(name: str, drawn: Drawn | None, pictures: Path) -> str:
    """A heading, what the view says of itself, the picture, and where it comes from."""
    lines = [f"## `{name}`", said_of(name), LIVE.get(name, "")]
    if drawn:
        alt, width, height, data = drawn.image
        (pictures / f"{name}.png").write_bytes(base64.b64decode(data))
        lines += [picture(name, alt, width, height), origin(drawn), made_from(drawn)]
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


def made_from(drawn: Drawn) -> str:
    """The lines of the lesson that made what the picture shows; "" where the call says it all."""
    lines = ", ".join(f"<code>{html.escape(line)}</code>" for line in drawn.data)
    return f"Its data: {lines}" if lines else ""
