"""Who is ahead, and by more than the seeds scatter? Conclusions from a table of medians and quartiles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]  # a row of `results.summary`
TIE = "tie"


@dataclass(frozen=True)
class Lead:
    """The method with the best median in one cell, or TIE, and how sure that is."""

    task: str
    model: str
    shots: int
    method: str
    margin: float
    spread: float

    @property
    def clear(self) -> bool:
        """Whether the margin to the second is larger than the scatter of the two."""
        return self.margin > self.spread


def leads(rows: Iterable[Row], methods: Iterable[str] | None = None) -> list[Lead]:
    """One Lead for each task, model and number of examples that at least two of the methods were run on.

    margin = best median - second median; spread = the larger of their interquartile ranges (q3 - q1).
    """
    allowed = None if methods is None else set(methods)
    cells: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for row in rows:
        if allowed is None or row["method"] in allowed:
            cells[row["task"], row["model"], row["shots"]].append(row)
    return [_lead(cell, of_cell) for cell, of_cell in cells.items() if len(of_cell) > 1]


def _lead(cell: tuple[str, str, int], rows: list[Row]) -> Lead:
    best, second, *_ = sorted(rows, key=lambda row: row["median"], reverse=True)
    margin = round(best["median"] - second["median"], 4)
    spread = round(max(row["quartile_3"] - row["quartile_1"] for row in (best, second)), 4)
    return Lead(*cell, best["method"] if margin > 0 else TIE, margin, spread)


def tally(found: Iterable[Lead]) -> dict[str, tuple[int, int]]:
    """{method: (cells in which it leads, cells in which it leads clearly)}, most cells first.

    >>> tally([Lead("plan", "m", 32, "ia3", 0.1, 0.2), Lead("plan", "m", 256, "ia3", 0.1, 0.05)])
    {'ia3': (2, 1)}
    """
    counts: dict[str, list[bool]] = defaultdict(list)
    for lead in found:
        counts[lead.method].append(lead.clear)
    ordered = sorted(counts.items(), key=lambda item: (-len(item[1]), item[0]))
    return {method: (len(clear), sum(clear)) for method, clear in ordered}
