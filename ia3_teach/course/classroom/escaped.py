"""Markdown that learners wrote, shown in the teacher's browser and in feedback: nothing in it can act."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from ia3_teach.course.classroom.clean import PICTURE, TAGS, cleaned

SHOWN = TAGS - {"a"}  # hints of the sets fold away, and what grading has cleaned already stays as it is
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)  # as a cleaned page has it


class Addresses(IPythonRenderer):
    """No address that a click or a look could ask for."""

    def __init__(self, attachments: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, attachments=attachments)

    def block_mermaidjs(self, code: str) -> str:
        """A diagram as its text, which the program that draws it would read as HTML."""
        return f"<pre>{escape(code)}</pre>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link's words and its address, to be read: at the hub's own, another learner's page may wait."""
        return text if unescape(text) == unescape(url) else f"{text} ({escape(unescape(url))})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture in the same way: asking for one at the hub's address may log out whoever looks."""
        if PICTURE.fullmatch(url) or url.removeprefix("attachment:") in self.attachments:
            return super().image(text, url, title)
        return self.link(escape(unescape(text)) or "picture", url)


@pass_context
def markdown_of_cell(context: Context, source: str) -> str:
    """What stands for nbconvert's filter `markdown2html` where strangers' notebooks are shown."""
    return markdown(source, context.get("cell", {}).get("attachments") or {})


def markdown(source: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Markdown as HTML; `attachments` are the cell's pasted pictures, {name: {kind: content}}."""
    html = cleaned(MarkdownWithMath(renderer=Addresses(attachments or {})).render(source))
    return cleaned(LINK.sub(r"\2 (\1)", html), tags=SHOWN)
