"""Where a lesson's page first says a term of the glossary, the word leads there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ia3_teach.course.pages.glossary import pattern
from ia3_teach.storage.plain_files import read_json

if TYPE_CHECKING:
    from docutils import nodes

GLOSSARY, TERMS = "notebooks/glossary", "notebooks/terms.json"
LESSON = re.compile(r"notebooks/\d\d_\w+")
NO_PROSE = "title reference pending_xref literal literal_block math math_block raw caption comment".split()
OUTPUT = "cell_output"  # the class of what a cell has printed


def link(app: Any, page: nodes.document, name: str) -> None:
    """Link the first use of each term on a lesson's page; called by Sphinx when a page is whole."""
    if not LESSON.fullmatch(name) or GLOSSARY not in app.env.found_docs:
        return
    terms = read_json(Path(app.srcdir, TERMS))
    anchors = anchors_of(app.env.get_doctree(GLOSSARY))
    address = app.builder.get_relative_uri(name, GLOSSARY)
    left = {f"{address}#{anchors[term]}": pattern(term, forms) for term, forms in terms.items()}
    link_words(page, left)


def anchors_of(glossary: nodes.document) -> dict[str, str]:
    """{term: the end of its address} of a glossary's sections."""
    from docutils import nodes

    return {section[0].astext(): section["ids"][0] for section in glossary.findall(nodes.section)}


def link_words(page: nodes.document, left: dict[str, re.Pattern[str]]) -> None:
    """Link what matches one of {address: pattern}, each once, in sentences alone."""
    from docutils import nodes

    for text in [text for text in page.findall(nodes.Text) if is_prose(text)]:
        found = list(first_matches(text.astext(), left))
        if found:
            text.parent.replace(text, list(parts(text.astext(), found)))
        for _, address in found:
            del left[address]


def is_prose(node: nodes.Node) -> bool:
    """Whether a text is a sentence's, and not code, a heading, a link, or what a cell has printed."""
    while node := node.parent:
        if node.tagname in NO_PROSE or OUTPUT in node.get("classes", ()):
            return False
    return True


def first_matches(text: str, left: Mapping[str, re.Pattern[str]]) -> Iterator[tuple[re.Match[str], str]]:
    """(match, address) of each pattern's first match, from left to right; where two overlap the longer one.

    >>> left = {"#a": pattern("learning rate"), "#b": pattern("rate"), "#c": pattern("step")}
    >>> [(found[0], address) for found, address in first_matches("a step, its learning rate", left)]
    [('step', '#c'), ('learning rate', '#a')]
    """
    found = [(match, address) for address, used in left.items() if (match := used.search(text))]
    end = 0
    for match, address in sorted(found, key=lambda each: (each[0].start(), -each[0].end())):
        if match.start() >= end:
            yield match, address
            end = match.end()


def parts(text: str, found: list[tuple[re.Match[str], str]]) -> Iterator[nodes.Node]:
    """The text, its matches as links."""
    from docutils import nodes

    end = 0
    for match, address in found:
        yield nodes.Text(text[end : match.start()])
        yield nodes.reference("", match[0], refuri=address, internal=True, classes=["term"])
        end = match.end()
    yield nodes.Text(text[end:])
