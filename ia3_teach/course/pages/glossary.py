"""The glossary as data, and where the lessons first use each term: what links from lessons are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ia3_teach.wording import brief

ENTRY = re.compile(r"^## ([^\n]+)\n\n((?!##).+?)\n\(\[lesson (\d\d)\]\((\d\d_\w+)\.ipynb\)\)$", re.M | re.S)
NO_PROSE = re.compile(r"`[^`]*`|\$[^$]*\$")  # code and formulas use letters of their own


@dataclass(frozen=True)
class Entry:
    """One term: what it means, and the name of the lesson's file that explains it."""

    term: str
    meaning: str
    lesson: str


def entries(text: str) -> list[Entry]:
    """The entries of a glossary in their order.

    Raises ValueError where a heading is followed by something else than a meaning and a lesson.

    >>> entries("## site\\n\\nA layer.\\n([lesson 02](02_one_vector.ipynb))")
    [Entry(term='site', meaning='A layer.', lesson='02_one_vector')]
    """
    found = {match[1]: Entry(match[1], match[2], match[4]) for match in ENTRY.finditer(text)}
    headings = re.findall(r"^## (.+)$", text, re.M)
    lost = [heading for heading in headings if heading not in found]
    if lost:
        raise ValueError(
            f"the glossary's entry {brief(lost[0])} has no meaning, or no line ([lesson NN](NN_name.ipynb)) "
            "after it; write both below its heading"
        )
    return list(found.values())


def pattern(term: str, forms: Iterable[str] = ()) -> re.Pattern[str]:
    """Finds a term, or one of its other forms, as a whole word.

    >>> bool(pattern("key", ["keys"]).search("The keys are")), bool(pattern("key").search("a turnkey"))
    (True, False)
    """
    words = "|".join(map(re.escape, [term, *forms]))
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.I)


def prose(source: str) -> str:
    """The words of a text cell, without its code and formulas."""
    return NO_PROSE.sub(" ", source)


def first_uses(
    terms: Mapping[str, Sequence[str]], lessons: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, tuple[str, str]]:
    """Term -> (lesson, id of the cell) of its first use; a term that no lesson uses is left out.

    `lessons` gives, in order, (id, source) of each text cell of each lesson.

    >>> first_uses({"site": ["sites"]}, {"02_one": [("a", "A `site`"), ("b", "**Sites** are")]})
    {'site': ('02_one', 'b')}
    """
    cells = [(name, number, prose(source)) for name, texts in lessons.items() for number, source in texts]
    found = {}
    for term, forms in terms.items():
        used = pattern(term, forms)
        place = next(((name, number) for name, number, text in cells if used.search(text)), None)
        if place:
            found[term] = place
    return found
