"""Where a card speaks of the format of what comes back, it may be computed in another one on the way."""

import re
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
import torch
from check.proof.answers import CLASS_SEEDS, Answer, made
from check.proof.solutions import NOTEBOOKS, solutions
from torch import Tensor

from ia3_teach.check import EXERCISES

LATER = range(7, 14)
EXACT = {
    "lesson_08.merge_linear": "the card says in which format to compute",
    "lesson_08.merge_with_undo": "every bit has to come back",
    "lesson_11.length_normalised_loss": "exact in float64",
    "lesson_11.unlikelihood_loss": "exact in float64",
    "lesson_13.shuffle_rows": "each row keeps its own entries",
}
FREE = (
    "lesson_07.merge_lora", "lesson_08.scale_rows", "lesson_12.fold_ssf", "lesson_12.dora_weight",
    "lesson_12.prefix_as_gate", "lesson_12.gated_change",
)  # fmt: skip


def speaking_of_the_format() -> list[str]:
    """Exercises whose cards do, by the name of the check that follows the card."""
    found = []
    for path in (path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if int(path.name[:2]) in LATER):
        card = ""
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown" and "### Exercise" in cell.source:
                card = cell.source.partition("<details>")[0]
            name = f"lesson_{path.name[:2]}.{cell.metadata.get('nbgrader', {}).get('grade_id')}"
            if name in EXERCISES and re.search(r"\bformat\b", card):
                found.append(name)
    return found


def in_another(value: Any, old: torch.dtype, new: torch.dtype) -> Any:
    if isinstance(value, Tensor):
        return value.to(new) if value.dtype == old else value
    if isinstance(value, dict):
        return {key: in_another(item, old, new) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(in_another(item, old, new) for item in value)
    return value


def in_float32(answer: Callable[..., Any], restored: bool) -> Callable[..., Any]:
    """What is handed in as float64 is computed in float32; the format comes back at the end, or not."""

    def computed(*given: Any) -> Any:
        doubled = any(isinstance(value, Tensor) and value.dtype == torch.float64 for value in given)
        found = answer(*in_another(given, torch.float64, torch.float32))
        return in_another(found, torch.float32, torch.float64) if doubled and restored else found

    return computed


def lost(name: str, restored: bool, seed: int) -> list[str]:
    """The texts of the properties that the solution does not have when it computes so."""
    exercise = EXERCISES[name]
    answer = in_float32(made(Answer(exercise, True, name, solutions()[name])), restored)
    outcomes = exercise.judge(exercise.probe(answer, exercise.cases(seed)), seed)
    return [outcome.property for outcome in outcomes if outcome.points < outcome.of]


def test_every_card_that_speaks_of_a_format_is_looked_at() -> None:
    assert sorted(speaking_of_the_format()) == sorted([*EXACT, *FREE])


@pytest.mark.parametrize("name", FREE)
def test_float32_on_the_way_is_right_where_the_format_comes_back(name: str) -> None:
    for seed in (0, *CLASS_SEEDS, *range(1, 9)):
        assert lost(name, True, seed) == []


@pytest.mark.parametrize("name", FREE)
def test_another_format_is_refused_for_the_format_alone(name: str) -> None:
    texts = lost(name, False, 0)
    assert texts and all("format" in text for text in texts)
