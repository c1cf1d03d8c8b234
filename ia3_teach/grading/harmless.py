"""A stranger's Markdown for the pages that a teacher looks at: nothing in it runs, misleads or takes long."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from ia3_teach.course.classroom.clean import LINK, PICTURE, as_it_is, as_text, cleaned
from ia3_teach.grading.room import without_gaps

BOX = '<input class="task-list-item-checkbox" type="checkbox" disabled'
OPENING = re.compile(r"[\[<]|\\\\\(|\\begin")  # for each of these a renderer looks for its end
MOST_OPENED = 1_000
MOST_HTML = 100_000  # characters beside pictures; a page with much more of it takes minutes
COLOURED = ("", "text", "python", "py", "python3", "pycon")  # to colour others may take minutes
Pictures = Mapping[str, Mapping[str, str]]


class Watching(IPythonRenderer):
    """Renders as the pages do, and notes whether all that it meets is harmless as it was written.

    `pictures` are {name: {kind: content}}; `room` is for the characters of those that are shown, each as
    often as it is. `names` are ids of the page. What was shown comes into `used`.
    """

    def __init__(self, pictures: Pictures, room: int, names: Collection[str]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self.pictures, self.room, self.names = pictures, room, names
        self.harmless, self.used = True, {}

    def inline_html(self, html: str) -> str:
        self.harmless = False
        return html

    def block_html(self, html: str) -> str:
        self.harmless = False
        return html + "\n"

    def block_code(self, code: str, info: str | None = None) -> str:
        """Coloured where that is quick; a diagram's code, which a page would run, is shown as code."""
        language = (info or "").strip().partition(" ")[0]
        quick = language in COLOURED and without_gaps(code) == code
        self.harmless &= quick
        return super().block_code(code, info if quick else None)

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        """Its text becomes an id, which must not be that of a field for points or for a comment."""
        becomes = unescape(re.sub("<[^>]*>", "", text)).replace(" ", "-")
        self.harmless &= not any(name in becomes for name in self.names)
        return super().heading(text, level, **attributes)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if LINK.fullmatch(url):
            return super().link(text, url, title)
        self.harmless = False
        return f"{text} (<code>{escape(url)}</code>)"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        scheme, _, name = url.partition(":")
        shown = self._attached(name) if scheme == "attachment" else url
        if PICTURE.fullmatch(shown):
            return super().image(text, shown, title)
        self.harmless = False
        return f"<em>(a picture that cannot be shown: <code>{escape(unquote(url)[:200])}</code>)</em>"

    def _attached(self, name: str) -> str:
        """The picture of this name as an address that holds all of it; nothing where there is none."""
        found = self.pictures.get(name) or self.pictures.get(unquote(name)) or {}
        for kind, content in found.items():
            if len(content) <= self.room:
                self.room -= len(content)
                self.used[name] = {kind: content}
                return f"data:{kind};base64,{content}"
        return ""


def made_harmless(
    source: str, pictures: Pictures, room: int, names: Collection[str] = (), note: str = ""
) -> tuple[str, dict[str, dict[str, str]], int]:
    """Markdown that shows the source, the pictures that belong to it, and the room that is left for others.

    It is as it was written where only Markdown is in it, and else clean HTML. A `note` comes below.
    """
    below = f"<p><strong>{escape(note)}</strong></p>" if note else ""
    watching = Watching(pictures, room, names)
    try:
        html = _rendered(source, watching)
        if watching.harmless and not note:
            return source, watching.used, watching.room
        return as_it_is(cleaned(html) + below), {}, watching.room
    except Exception:  # what cannot be rendered here could not be in a page
        return as_it_is(as_text(source) + below), {}, room


def _rendered(source: str, watching: Watching) -> str:
    """The source as HTML. Raises ValueError where that would take long, here or in a page."""
    if len(OPENING.findall(source)) > MOST_OPENED:
        raise ValueError("it opens too much")
    room = watching.room
    html = MarkdownWithMath(renderer=watching).render(source)
    if len(html) - (room - watching.room) > MOST_HTML:
        raise ValueError("it makes too much HTML")
    return html.replace(f"{BOX} checked/>", "\u2611 ").replace(f"{BOX}/>", "\u2610 ")
