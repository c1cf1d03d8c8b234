"""The tables of what came out of the comparison of methods, from data/results/summary.csv."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from ia3_teach.course.making.methods import METHODS
from ia3_teach.course.pages.tables import table

TITLES = {"zero_shot": "zero-shot", "zero_shot_chat": "zero-shot, chat template"}
TITLES |= {"in_context": "4 in context"}
TITLES |= {"ia3": "IA3", "lora": "LoRA", "bitfit": "BitFit", "prompt_tuning": "prompt tuning"}
SHOTS = (32, 256)
UNTRAINED = {"tiny-bloom": (("zero_shot", 0), ("in_context", 4)), "tiny-bert": ()}
POOL = {"tiny-bloom": (("full", 3000),), "tiny-bert": ()}
Cells = Mapping[tuple[str, str, str, int], Mapping[str, str]]


def outcomes(summary: Path) -> str:
    """One table for each model: a row per task, a column per method and number of examples."""
    with summary.open(encoding="utf-8", newline="") as file:
        cells = {
            (row["task"], row["model"], row["method"], int(row["shots"])): row for row in csv.DictReader(file)
        }
    return "\n\n".join(of_model(model, cells) for model in METHODS)


def of_model(model: str, cells: Cells) -> str:
    """The table of one model."""
    columns = [*UNTRAINED[model], *((method, shots) for shots in SHOTS for method in METHODS[model])]
    columns += POOL[model]
    tasks = sorted({key[0] for key in cells if key[1] == model})
    rows = [[task, *(shown(cells[task, model, *column]) for column in columns)] for task in tasks]
    return table([f"`{model}`", *map(title, columns)], rows)


def title(column: Sequence[object]) -> str:
    """The head of a column.

    >>> title(("ia3", 32)), title(("full", 3000))
    ('IA3, 32', 'full, 3,000')
    """
    method, shots = column
    name = TITLES.get(str(method), str(method))
    return name if str(method).startswith(("zero_shot", "in_context")) else f"{name}, {shots:,}"


def shown(row: Mapping[str, str]) -> str:
    """Median and quartiles in per cent; one seed has no quartiles.

    >>> shown({"seeds": "5", "median": "0.912", "quartile_1": "0.9", "quartile_3": "0.93"})
    '91 (90–93)'
    """
    low, median, high = (round(100 * float(row[name])) for name in ("quartile_1", "median", "quartile_3"))
    return f"{median}" if row["seeds"] == "1" else f"{median} ({low}–{high})"
