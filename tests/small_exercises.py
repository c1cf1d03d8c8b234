"""The verdicts of the small exercises, which no box holds, and a set that asks for them."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import small_probes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_lesson import grader


@dataclass
class Outcome:
    property: str
    points: float
    of: float
    message: str = ""
    detail: str = ""


@dataclass
class Exercise:
    name: str
    answer: str
    cases: Callable
    probe: Callable
    verdict: Callable

    def judge(self, record: Any, seed: int) -> list[Outcome]:
        return self.verdict(record, self.cases(seed))


def scale_cases(seed: int) -> list[tuple[list[list[float]], list[float]]]:
    """(matrix of 3 rows, one factor per row), some of them negative."""
    draw = random.Random(seed).gauss
    return [
        ([[draw(0, 1) for _ in range(n)] for _ in range(3)], [draw(0, 1) for _ in range(3)]) for n in (3, 5)
    ]


def total_cases(seed: int) -> list[list[int]]:
    """Lists of numbers, one of them empty."""
    return [[], [seed % 97, 5], [seed % 13, -4, seed % 7]]


def judge_scale(record: Any, cases: Any) -> list[Outcome]:
    pairs = list(zip(record, cases, strict=True))
    right = all(same(seen["result"], scaled(matrix, factors)) for seen, (matrix, factors) in pairs)
    shaped = all(same_shape(seen["result"], matrix) for seen, (matrix, _) in pairs)
    alone = shaped and all(seen["untouched"] is True for seen in record)
    detail = f"expected: {cases[0][1]}\nfound:    a hidden value\nlikely:   rows and columns"
    return [
        Outcome("rows are scaled", 3.0 * right, 3.0, "rows and columns?", detail),
        Outcome("the input is left alone", 1.0 * alone, 1.0, "it was changed in place"),
    ]


def scaled(matrix: list[list[float]], factors: list[float]) -> list[list[float]]:
    return [[factor * entry for entry in row] for row, factor in zip(matrix, factors, strict=True)]


def same_shape(found: Any, matrix: list[list[float]]) -> bool:
    rows = isinstance(found, list) and all(isinstance(row, list) for row in found)
    numbers = rows and all(isinstance(entry, float) for row in found for entry in row)
    return numbers and [len(row) for row in found] == [len(row) for row in matrix]


def same(found: Any, expected: list[list[float]]) -> bool:
    if not same_shape(found, expected):
        return False
    pairs = zip(sum(found, []), sum(expected, []), strict=True)
    return all(abs(mine - right) < 1e-9 for mine, right in pairs)


def judge_total(record: Any, cases: Any) -> list[Outcome]:
    return [
        Outcome("sums", 1.0 * (record[1:] == [sum(case) for case in cases[1:]]), 1.0),
        Outcome("the empty list", 1.0 * (record[0] == 0 and record[0] is not False), 1.0),
    ]


EXERCISES = {
    "small.scale": Exercise("small.scale", "scale", scale_cases, small_probes.scale_probe, judge_scale),
    "small.total": Exercise("small.total", "total", total_cases, small_probes.total_probe, judge_total),
}
SCALE = '''def scale(matrix, factors):
    """A new matrix: row i times factor i."""
    ### BEGIN SOLUTION
    return [[factor * entry for entry in row] for row, factor in zip(matrix, factors)]
    ### END SOLUTION'''
TOTAL = '''def total(numbers):
    """Their sum."""
    ### BEGIN SOLUTION
    return sum(numbers) + ZERO
    ### END SOLUTION'''


def write_cases(cases: Any, path: Path) -> None:
    path.write_text(json.dumps(cases))


def load_record(path: Path) -> Any:
    return json.loads(path.read_text())


def write_set(folder: Path) -> None:
    """source/ps1/first.ipynb: two judged exercises and a written answer."""
    written = grader("why", grade=True, points=5, solution=True, locked=False)
    cells = [
        new_markdown_cell("# A set", id="title"),
        new_code_cell("import math\nfrom ia3_teach.check import small as check", id="setup"),
        new_code_cell("ZERO = 0", id="zero"),
        new_code_cell(SCALE, id="scale", metadata=grader("scale", grade=False)),
        new_code_cell(
            "check.scale(scale)\n### BEGIN HIDDEN TESTS\nassert 'HIDDEN'\n### END HIDDEN TESTS",
            id="scale-check", metadata=grader("scale_check", grade=True, points=4),
        ),
        new_code_cell(TOTAL, id="total", metadata=grader("total", grade=False)),
        new_code_cell(
            "check.total(total)", id="total-check", metadata=grader("total_check", grade=True, points=1)
        ),
        new_markdown_cell("### BEGIN SOLUTION\nBecause.\n### END SOLUTION", id="why", metadata=written),
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    folder.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "first.ipynb")
