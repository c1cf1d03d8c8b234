"""The table of data/results/pages.json, as Markdown, for data/results/README.md."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[3] / "data/results"
RESULTS, PAGE = FOLDER / "pages.json", FOLDER / "README.md"
START, END = "<!-- pages: made by tests/bench/pages/run.py -->", "<!-- /pages -->"
WORDS = {"dial": "a dial that turns", "model": "the model behind it"}


def table() -> str:
    """The machine in a sentence, a line for each view, and one for each part of the first page."""
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    rows = {(row["part"], row["what"]): row for row in found["rows"]}
    machine, loads = found["machine"], [row["load"] for row in found["rows"]]
    facts = (
        f"Measured {machine['date']} on {machine['cores']} cores of: {machine['processor']}; meanwhile other "
        f"programs, the measured ones included, wanted {min(loads):g} to {max(loads):g} cores. "
        "Median, and what nine of ten stay below."
    )
    lines = [
        "| from a key press to its picture | pictures | idle | one of two cores busy |",
        f"|{'---|' * 4}",
    ]
    for view in dict.fromkeys(what for part, what in rows if part != "dial"):
        both = [cell(rows.get((part, view))) for part in ("idle", "busy")]
        number = rows.get(("idle", view), rows.get(("busy", view)))["number"]
        lines.append(f"| `{view}` | {number} | {both[0]} | {both[1]} |")
    lines += ["", "| from opening the first page, on disk, to | |", "|---|---|"]
    lines += [f"| {words} | {cell(rows.get(('dial', name)))} |" for name, words in WORDS.items()]
    return "\n".join([facts, "", *lines])


def cell(row: dict[str, Any] | None) -> str:
    """Two numbers.

    >>> cell({"median": 31.4, "ninth_tenth": 80})
    '31 ms (80)'
    """
    return f"{row['median']:.0f} ms ({row['ninth_tenth']:.0f})" if row else ""

