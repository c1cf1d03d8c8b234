"""Answers that other people might write for sets 3 and 5: the right ones have all points, and only they."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import assignments
import pytest

from ia3_teach.grading.inside.running import restore_torch

SEEDS = (0, 11)
OWN_NAMES = {"switch": "Switch", "small_core": "SmallCore"}
CHUNKS = [
    (path.stem, *(part.strip() for part in head.split("|")), code)
    for path in sorted((Path(__file__).parent / "answers").glob("set_*.py"))
    for head, _, code in (c.partition("\n") for c in re.split(r"(?m)^#%% ", path.read_text("utf-8"))[1:])
]


@pytest.fixture(scope="module")
def names() -> dict[str, dict]:
    """What the cells before the answers leave, of each set."""
    ready = {name: assignments.run_all(f"ps{name[4:]}", only="nothing")[1] for name in ("set_3", "set_5")}
    restore_torch()
    return ready


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """An answer may set what stays set, as the default format."""
    yield
    restore_torch()


@pytest.mark.parametrize(("module", "cell", "kind", "name", "code"), CHUNKS, ids=lambda part: part[:30])
def test_right_answers_have_all_points_and_only_they(names, module, cell, kind, name, code, capsys) -> None:
    answer = OWN_NAMES.get(cell, cell)
    exercises = importlib.import_module(f"ia3_teach.check.{module}").EXERCISES
    (exercise,) = [one for one in exercises if one.answer == answer]
    namespace = names[module] | {"__name__": "__main__"}
    exec(code, namespace)
    for seed in SEEDS:
        record = exercise.probe(namespace[answer], exercise.cases(seed))
        lost = [outcome for outcome in exercise.judge(record, seed) if outcome.points < outcome.of]
        assert bool(lost) == (kind == "w"), [outcome.detail for outcome in lost]
