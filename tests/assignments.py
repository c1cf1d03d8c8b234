"""Problem sets in tests: their cells, run as a learner, a solver or somebody with a wrong answer would."""

from pathlib import Path
from typing import Any

import nbformat

from ia3_teach.course.builds.stubs import stub

FOLDER = Path(__file__).parents[1] / "notebooks" / "assignments"
BY_HAND = ("ps4",)  # read by a person: no checks
SETS = sorted(path.stem for path in FOLDER.glob("*.ipynb") if path.stem not in BY_HAND)
NAME = 'student = "ada"'  # in every set's source


def read(name: str) -> Any:
    """A set's source notebook."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def solutions(name: str, student: str) -> dict[str, str]:
    """{grade_id: source} of the set's solutions, for this learner's own numbers."""
    roles = [(cell, cell.metadata.get("nbgrader", {})) for cell in read(name).cells]
    sources = {role["grade_id"]: cell.source for cell, role in roles if role.get("solution")}
    return sources | {"student": f"student = {student!r}"}


def run_all(
    name: str,
    answers: dict[str, str] | None = None,
    stubs: bool = False,
    student: str = "ada",
    only: str | None = None,
) -> tuple[dict[str, float], dict[str, Any]]:
    """{grade_id: points} and the names defined, after all cells; `answers` are cells by their grade_id.

    With `only`, of the checks that of this answer runs alone.
    """
    names: dict[str, Any] = {}
    earned: dict[str, float] = {}
    for cell in read(name).cells:
        role = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code":
            source = stub(cell.source) if stubs and role.get("solution") else cell.source
            source = (answers or {}).get(role.get("grade_id"), source)
            source = source.replace(NAME, f"student = {student!r}")
            if not _is_check(role) or only in (None, role["grade_id"].removesuffix("_check")):
                earned |= _run(source, role, names)
    return earned, names


def _is_check(role: dict[str, Any]) -> bool:
    return bool(role.get("grade") and not role.get("solution"))


def _run(source: str, role: dict[str, Any], names: dict[str, Any]) -> dict[str, float]:
    """One cell: what a check's last line gives, 0 where it stops; other cells may stop, as in a notebook."""
    checks = _is_check(role)
    try:
        if not checks:
            exec(source, names)
            return {}
        *before, last = source.splitlines()
        exec("\n".join(before), names)
        return {role["grade_id"]: eval(last, names)}
    except Exception as error:
        names["stopped"] = error
        return {role["grade_id"]: 0.0} if checks else {}
