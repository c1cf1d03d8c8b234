"""The verdicts of the small exercises, which no box holds, and a set that asks for them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import small_probes
import torch
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_lesson import grader


@dataclass
class Outcome:
    property: str
    points: float
    of: float
    message: str = ""


@dataclass
class Exercise:
    name: str
    answer: str
    cases: Callable
    probe: Callable
    verdict: Callable

    def judge(self, record: Any, seed: int) -> list[Outcome]:
        return self.verdict(record, self.cases(seed))


def judge_scale(record: Any, cases: Any) -> list[Outcome]:
    right = [
        torch.allclose(torch.tensor(seen["result"]), factors[:, None] * matrix)
        for seen, (matrix, factors) in zip(record, cases, strict=True)
        if isinstance(seen["result"], list)
    ]
    said = f"expected: {cases[0][1].tolist()}\nfound: SECRET\nlikely:   rows and columns mistaken"
    return [
        Outcome("rows are scaled", 3.0 * (right == [True, True]), 3.0, said),
        Outcome(
            "the input is left alone",
            1.0 * all(seen["untouched"] for seen in record),
            1.0,
            "likely:   in place",
        ),
    ]


def judge_total(record: Any, cases: Any) -> list[Outcome]:
    return [
        Outcome("sums", 1.0 * (record[1:] == [sum(case) for case in cases[1:]]), 1.0),
        Outcome("the empty list", 1.0 * (record[0] == 0 and record[0] is not False), 1.0),
    ]


EXERCISES = {
    "small.scale": Exercise(
        "small.scale", "scale", small_probes.scale_cases, small_probes.scale_probe, judge_scale
    ),
    "small.total": Exercise(
        "small.total", "total", small_probes.total_cases, small_probes.total_probe, judge_total
    ),
}
SCALE = '''def scale(matrix, factors):
    """Row i times factor i."""
    ### BEGIN SOLUTION
    return factors[:, None] * matrix
    ### END SOLUTION'''
TOTAL = '''def total(numbers):
    """Their sum."""
    ### BEGIN SOLUTION
    return sum(numbers) + ZERO
    ### END SOLUTION'''


def load_record(path: Path) -> Any:
    return json.loads(path.read_text())


def write_set(folder: Path) -> None:
    """source/ps1/first.ipynb: two judged exercises and a written answer."""
    written = grader("why", grade=True, points=5, solution=True, locked=False)
    cells = [
        new_markdown_cell("# A set", id="title"),
        new_code_cell("import torch\nfrom ia3_teach.check import small as check", id="setup"),
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
