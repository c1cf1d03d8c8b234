"""Numbers quoted from papers and published notebooks, all in `published.json`, each with its source.

A lesson prints what others measured from here, never from its own text, and holds its own number against it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ia3_teach.wording import brief, short

SCALES = {"K": 1e3, "M": 1e6, "B": 1e9, "kB": 1e3, "MB": 1e6, "GB": 1e9, "%": 1.0}


@dataclass(frozen=True)
class Published:
    """A number as it is printed there, what it counts, the source, and the place in it."""

    printed: str
    what: str
    source: str
    section: str

    @property
    def value(self) -> float:
        """The printed number as a number: a whole one where it has no exponent, point or unit.

        >>> Published("540K", "values", "a paper", "table 4").value
        540000.0
        >>> Published("344,064", "values", "a readme", "printed output").value
        344064
        """
        number, unit = self.printed.replace(",", ""), ""
        while number and not number[-1].isdigit():
            number, unit = number[:-1], number[-1] + unit
        scale = SCALES[unit.strip()] if unit else 1
        return int(number) if scale == 1 and number.isdigit() else float(number) * scale

    def __str__(self) -> str:
        return f"{self.printed} {self.what} ({self.source}, {self.section})"


def published(name: str) -> Published:
    """The quoted number of this name. Raises ValueError for an unknown one.

    >>> published("t-few.disk").printed
    '4.2 MB'
    """
    if name not in all_published():
        raise ValueError(
            f"no published number {brief(name)}; known: {short(', '.join(sorted(all_published())))}"
        )
    return all_published()[name]


@cache
def all_published() -> dict[str, Published]:
    """Every quoted number by its name."""
    text = files("ia3_teach.course.shipped").joinpath("published.json").read_text(encoding="utf-8")
    return {name: Published(**entry) for group in json.loads(text) for name, entry in unfolded(group).items()}


def unfolded(group: dict) -> dict[str, dict[str, str]]:
    """The entries of one place in one source: {name: its four fields}."""
    place = {"source": group["source"], "section": group["section"]}
    return {
        name: {"printed": printed, "what": what, **place}
        for name, (printed, what) in group["numbers"].items()
    }
