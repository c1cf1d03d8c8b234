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
HEAD = "| what | shape | ours | other | which other | ours / other | n |\n|---|---|---|---|---|---|---|"


def table(results: dict) -> str:
    """The facts of the machine in a sentence, and one line per measurement."""
    machine = results["machine"]
    facts = (
        f"Measured {machine['date']} on one thread of: {machine['processor']}; torch {machine['torch']}, "
        f"transformers {machine['transformers']}, peft {machine['peft']}. "
        "Processor time; medians of n interleaved repetitions."
    )
    return "\n".join([facts, "", HEAD, *(line(row) for row in results["rows"])])


def line(row: dict) -> str:
    """One measurement.

    >>> line(dict(what="step", shape="BERT", ours=0.25, other=0.5, unit="s", against="PEFT",
    ...           ratio=0.5, repetitions=3))
    '| step | BERT | 250 ms | 500 ms | PEFT | 0.50 | 3 |'
    """
    numbers = [quantity(row["ours"], row["unit"]), quantity(row["other"], row["unit"])]
    cells = [row["what"], row["shape"], *numbers, row["against"], f"{row['ratio']:.2f}"]
    return f"| {' | '.join(cells)} | {row['repetitions']} |"


def quantity(number: float, unit: str) -> str:
    """Three digits and a unit; times under a second in milliseconds.

    >>> quantity(0.0123, "s"), quantity(63.4, "MB")
    ('12.3 ms', '63.4 MB')
    """
    if unit == "s" and number < 1:
        number, unit = 1000 * number, "ms"
    return f"{number:.3g} {unit}" if number < 1000 else f"{number:.0f} {unit}"


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
