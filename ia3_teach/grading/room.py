"""How much of a submission a page shows: enough for a person, and no more than a program soon draws."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

LONGEST = 20_000  # characters of a cell
EACH = 100  # characters that a cell or an output takes beside its text
MOST_BLANK = 20  # lines: many of them take long to colour


@dataclass
class Room:
    """What is left for the next cells: characters of texts, and of pictures. `names` are ids of the page."""

    names: Collection[str] = ()
    text: int = 300_000
    pictures: int = 5_000_000

    def cut(self, text: str) -> tuple[str, str]:
        """As much of a text as there is room for, and words where that is not all of it."""
        fits = max(0, min(LONGEST, self.text))
        self.text -= min(len(text), fits) + EACH
        if len(text) <= fits:
            return text, ""
        return text[:fits], f"Cut here: of {len(text):,} characters the first {fits:,} are shown."


def without_gaps(text: str) -> str:
    """The text with no more than a few blank lines in a row.

    >>> without_gaps("a" + 99 * "\\n" + "b").count("\\n")
    21
    """
    lines: list[str] = []
    for blank, together in groupby(text.splitlines(), lambda line: not line.strip()):
        lines += list(together)[: MOST_BLANK if blank else None]
    return "\n".join(lines) + "\n" * text.endswith("\n")
