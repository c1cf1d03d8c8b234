"""Which exercise a graded cell asks for, and what of it goes into a box."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CHECKS = "ia3_teach.check"
READER = "ia3_teach.grading.inside.probing:read_cases"


def known() -> Mapping[str, Any]:
    """Every exercise that can be judged from outside, by its name."""
    from ia3_teach.check import EXERCISES

    return EXERCISES


def load_record(path: Path) -> Any:
    """What a probe wrote. Raises ValueError for anything that is no record."""
    from ia3_teach.check.probing.recorded import Record

    return Record.load(path)


def write_cases(cases: Any, path: Path) -> None:
    """Cases for the box, as plain data; READER reads them there."""
    from ia3_teach.check.probing.plain_data import plain
    from ia3_teach.check.probing.recorded import Record

    Record(plain(cases)).save(path)


def asked_in(check_cell: str, imports: str) -> str | None:
    """The name of the exercise that a check cell asks for: `check.fold(fold)` -> "lesson_02.fold".

    `imports` is the code of the notebook, which says what `check` stands for.

    >>> asked_in("check.fold(fold)", "from ia3_teach.check import lesson_02 as check")
    'lesson_02.fold'
    """
    modules = dict(_check_modules(imports))
    for node in ast.walk(_tree(check_cell)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id in modules:
            return f"{modules[node.func.value.id]}.{node.func.attr}"
    return None


def _check_modules(code: str) -> Iterator[tuple[str, str]]:
    """(name in the notebook, module of the checks)."""
    for node in ast.walk(_tree(code)):
        if isinstance(node, ast.ImportFrom) and node.module == CHECKS:
            yield from ((alias.asname or alias.name, alias.name) for alias in node.names)


def _tree(code: str) -> ast.AST:
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.Module([], [])


def for_the_box(exercise: Any, cell: str | None, cases: str) -> dict[str, Any]:
    """What a job says of an exercise: where its probe is found, and in which file its cases are."""
    reference = f"{exercise.probe.__module__}:{exercise.probe.__qualname__}"
    return {
        "name": exercise.name, "answer": exercise.answer, "probe": reference, "cell": cell, "cases": cases,
    }  # fmt: skip


def home(exercise: Any) -> Path | str:
    """Where the probe is defined: a module of the package by name, another one as its file."""
    name = exercise.probe.__module__
    return name if name.startswith("ia3_teach.") else Path(sys.modules[name].__file__)


def seed_for(class_seed: str, exercise: str) -> int:
    """The seed of an exercise's cases in this class; it says nothing of another exercise's.

    >>> seed_for("a class", "lesson_02.fold") == seed_for("a class", "lesson_02.fold")
    True
    """
    return int.from_bytes(hashlib.sha256(f"{class_seed} {exercise}".encode()).digest()[:4], "big")
