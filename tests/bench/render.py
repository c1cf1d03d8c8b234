"""The table of data/results/bench.json, as Markdown.

Print it, or put it into the README between its two marks:

    python tests/bench/render.py [--write]
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS, README = ROOT / "data/results/bench.json", ROOT / "README.md"
START, END = "<!-- bench: made by tests/bench/render.py -->", "<!-- /bench -->"
COLUMNS = 4


def table(results: dict) -> str:
    """The facts of the machine in a sentence, then tables of a few models each."""
    machine = results["machine"]
    facts = (
        f"Measured {machine['date']} on one thread of: {machine['processor']}; torch {machine['torch']}, "
        f"transformers {machine['transformers']}, peft {machine['peft']}. "
        "Each cell: ours / the other = ratio; medians of interleaved repetitions, in processor time."
    )
    shapes = list(dict.fromkeys(row["shape"] for row in results["rows"]))
    parts = [shapes[i : i + COLUMNS] for i in range(0, len(shapes), COLUMNS)]
    return "\n\n".join([facts, *(grid(results["rows"], part) for part in parts)])


def grid(rows: list[dict], shapes: list[str]) -> str:
    """One line per quantity, one column per model.

    >>> step = {"what": "step", "against": "PEFT", "ours": 0.25, "other": 0.5, "unit": "s", "ratio": 0.5}
    >>> print(grid([step | {"shape": "BERT"}], ["BERT"]))
    | what | against | BERT |
    |---|---|---|
    | step | PEFT | 250 / 500 ms = 0.50 |
    """
    cells = {(row["what"], row["against"], row["shape"]): cell(row) for row in rows if row["shape"] in shapes}
    lines = [["what", "against", *shapes], ["---"] * (2 + len(shapes))]
    for what, against in dict.fromkeys(key[:2] for key in cells):
        lines.append([what, against, *(cells.get((what, against, shape), "") for shape in shapes)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines).replace(" --- ", "---")


def cell(row: dict) -> str:
    """Both numbers and their ratio; times under a second in milliseconds.

    >>> cell({"ours": 63.07, "other": 100.9, "unit": "MB", "ratio": 0.6251})
    '63.1 / 101 MB = 0.63'
    """
    numbers, unit = (row["ours"], row["other"]), row["unit"]
    if unit == "s" and max(numbers) < 1:
        numbers, unit = (1000 * numbers[0], 1000 * numbers[1]), "ms"
    ours, other = (f"{number:.3g}" if number < 1000 else f"{number:.0f}" for number in numbers)
    return f"{ours} / {other} {unit} = {row['ratio']:.2f}"


def put(readme: str, content: str) -> str:
    """The text with `content` between the marks. Raises ValueError where they are missing."""
    before, start, rest = readme.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"README.md lacks the lines {START} and {END}")
    return f"{before}{START}\n{content}\n{END}{after}"


def main(arguments: list[str]) -> None:
    """Print the table, or write it."""
    content = table(json.loads(RESULTS.read_text(encoding="utf-8")))
    if "--write" not in arguments:
        print(content)
        return
    README.write_text(put(README.read_text(encoding="utf-8"), content), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
