"""A rule for the sentences: none is so long that a reader must begin it again."""

import re
from collections.abc import Iterator
from typing import Any

from notebook_audit.look import Problems

LONGEST = 30
CODE = re.compile(r"```.*?```|\$\$.*?\$\$", re.S)
PIECE = re.compile(r"`[^`]+`|\$[^$]+\$")  # code and a formula are read as one word
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
TITLE = re.compile(r"^\*\*[^*]+\.\*\*\s*")  # **Predict.** and its like
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+")
ALONE = re.compile(r"^\s*(?:$|#|\||</?\w|!\[)")  # headings, tables, tags, pictures: no running text
END = re.compile(r"(?<=[.!?])[\"”)*]*\s+(?=[\"“(*A-Z0-9])")
WORD = re.compile(r"[^\W_][\w'’.,%-]*")


def short_sentences(notebook: Any) -> Problems:
    """At most 30 words from one end to the next; a semicolon ends no sentence, for it is read on."""
    for number, cell in enumerate(notebook.cells):
        for sentence in sentences(cell.source) if cell.cell_type == "markdown" else ():
            words = len(WORD.findall(sentence))
            if words > LONGEST:
                yield f"cell {number} has a sentence of {words} words: {sentence[:60]}..."


def sentences(source: str) -> Iterator[str]:
    """The sentences of a text cell, with a letter for each piece of code and each formula."""
    text = source.partition("## References")[0]
    for paragraph in paragraphs(LINK.sub(r"\1", PIECE.sub("X", CODE.sub("\n\n", text)))):
        yield from END.split(TITLE.sub("", paragraph))


def paragraphs(text: str) -> Iterator[str]:
    """Running text, a paragraph or an item of a list at a time."""
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if (ALONE.match(line) or ITEM.match(line)) and lines:
            yield " ".join(lines)
            lines = []
        if not ALONE.match(line):
            lines.append(ITEM.sub("", line).strip())
