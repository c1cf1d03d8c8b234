"""The table of data/results/bench.json, as Markdown.

Print it, or put it into data/results/README.md, and a few rows of it into the README, between two marks:

    python tests/bench/render.py [--write]
"""

import json
import sys
from pathlib import Path

from ia3_teach.course.pages.marks import between

ROOT = Path(__file__).resolve().parents[2]
RESULTS, README = ROOT / "data/results/bench.json", ROOT / "README.md"
PAGE = ROOT / "data/results/README.md"
# What the README shows: (what, against) -> the words for it.
HEADLINES = {
    ("kept for backward, IA3", "PEFT IA3"): "memory that a training step keeps",
    ("train step, IA3", "PEFT IA3"): "time of a training step",
    ("train step, IA3", "PEFT LoRA r=8"): "the same, against LoRA (r = 8)",
    ("8 tasks in one batch, T = 1", "PEFT, switched per row"): "8 tasks in one batch, a token each",
    ("inference, merged IA3", "bare model"): "inference, merged, against the bare model",
}
SHOWN = ("bert-base, 8 x 64 tokens", "bloom-560m, 1 x 64 tokens")
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


def headlines(results: dict) -> str:
    """Five rows for two models, the ratio first."""
    found = {(row["what"], row["against"], row["shape"]): row for row in results["rows"]}
    lines = [["this library against PEFT 0.21.2", *(shape.split(",")[0] for shape in SHOWN)], ["---"] * 3]
    for key, words in HEADLINES.items():
        numbers = [cell(found[*key, shape]).split(" = ") for shape in SHOWN]
        lines.append([words, *(f"× {ratio} ({both})" for both, ratio in numbers)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines).replace(" --- ", "---")


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



def pages(results: dict) -> dict[Path, str]:
    """Both pages as they have to be."""
    content = {README: headlines(results), PAGE: table(results)}
    old = {path: path.read_text(encoding="utf-8") for path in content}
    return {path: between(old[path], START, END, made) for path, made in content.items()}


def main(arguments: list[str]) -> None:
    """Print the table, or write it."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    if "--write" not in arguments:
        print(table(results))
        return
    for path, text in pages(results).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
