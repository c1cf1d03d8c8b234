"""Markdown that learners wrote, shown in the teacher's browser and in feedback: nothing in it can act."""

from __future__ import annotations

from html import escape, unescape

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

KEPT = ("<details>", "</details>", "<summary>", "</summary>")  # hints of the sets, without any attribute


class Escaping(IPythonRenderer):
    """HTML as the text that it is, and no address that a click or a look could ask for."""

    def __init__(self) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)

    def block_html(self, html: str) -> str:
        """A block of HTML as text, but for the tags that fold a hint away."""
        text = escape(html)
        for tag in KEPT:
            text = text.replace(escape(tag), tag)
        return text

    def inline_html(self, html: str) -> str:
        """HTML within a line, in the same way."""
        return self.block_html(html)

    def block_mermaidjs(self, code: str) -> str:
        """A diagram as its text, which the program that draws it would read as HTML."""
        return f"<pre>{escape(code)}</pre>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link's words and its address, to be read: at the hub's own, another learner's page may wait."""
        return text if unescape(text) == unescape(url) else f"{text} ({escape(unescape(url))})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture in the same way: asking for one at the hub's address may log out whoever looks."""
        return self.link(escape(unescape(text)) or "picture", url)


def markdown(source: str) -> str:
    """What stands for nbconvert's filter `markdown2html` where strangers' notebooks are shown."""
    return MarkdownWithMath(renderer=Escaping()).render(source)
