"""Rules for the words: the fixed parts of a lesson, objectives, exercises."""

import re
from typing import Any

from notebook_audit.look import Problems, code_cells, grader, markdown

EXERCISE = re.compile(r"^### Exercise (\d+\.\d+) · \S", re.M)
TIME = re.compile(
    r"^\*\*Time\.\*\* .*?(\d+) minutes? to read, .*?(\d+) seconds? to run", re.M
)


def words_and_code(notebook: Any) -> Problems:
    code = len(code_cells(notebook))
    ratio = (len(notebook.cells) - code) / max(code, 1)
    if not 1.2 <= ratio <= 1.8:
        yield f"{ratio:.2f} markdown cells per code cell; wanted 1.2 to 1.8"


def anchors(notebook: Any) -> Problems:
    text = markdown(notebook)
    wanted = {
        r"\A# \d\d · \S": "the title '# NN · Name' at the very top",
        r"^\*\*Objectives\.\*\*": "**Objectives.**",
        r"^\*\*Prerequisites\.\*\*": "**Prerequisites.**",
        TIME.pattern: "**Time.** N minutes to read, N seconds to run",
        r"^\*\*Predict\.\*\*": "a **Predict.** line",
        r"^## Summary$": "## Summary",
        r"^## Caveats$": "## Caveats",
        r"^## References$": "## References",
    }
    for pattern, name in wanted.items():
        if not re.search(pattern, text, re.M):
            yield f"missing: {name}"
    time = TIME.search(text)
    if time and (int(time[1]) > 45 or int(time[2]) > 90):
        yield "longer than 45 minutes to read or 90 seconds to run"


def objectives_name_exercises(notebook: Any) -> Problems:
    text = markdown(notebook)
    block = re.search(r"^\*\*Objectives\.\*\*(.*?)^\*\*Prerequisites", text, re.M | re.S)
    named = set(re.findall(r"exercises? (\d+\.\d+)", block[1] if block else ""))
    named |= set(re.findall(r"and (\d+\.\d+)\)", block[1] if block else ""))
    posed = set(EXERCISE.findall(text))
    for number in sorted(posed - named):
        yield f"no objective names exercise {number}"
    for number in sorted(named - posed):
        yield f"an objective names exercise {number}, which is not posed"


def whole_exercises(notebook: Any) -> Problems:
    """Card, solution cell, check cell, why it matters: in this order, nothing between."""
    cells = notebook.cells
    for number, cell in enumerate(cells):
        if grader(cell, "solution") and not _follows_card(cells, number):
            yield f"cell {number}: a solution without an exercise card before it"
        found = EXERCISE.search(cell.source) if cell.cell_type == "markdown" else None
        if found:
            card = cell.source[found.start() :]
            following = [*cells[number + 1 : number + 4], *[None] * 3][:3]
            yield from (f"exercise {found[1]}: {fault}" for fault in _faults(card, *following))
    ids = [grader(cell, "grade_id") for cell in cells if grader(cell, "grade_id")]
    if len(ids) != len(set(ids)):
        yield f"two cells share a grade_id: {ids}"


def _follows_card(cells: list[Any], number: int) -> bool:
    return number > 0 and EXERCISE.search(cells[number - 1].source) is not None


def _faults(card: str, solution: Any, check: Any, why: Any) -> Problems:
    for name in ("1", "2"):
        if not re.search(rf"<details><summary>Hint {name}: .+</summary>\n\n", card):
            yield f"no hint {name} in <details>"
    if not re.search(r"\*\*Difficulty\*\* [1-5] of 5 · \*\*Minutes\*\* \d+", card):
        yield "no line '**Difficulty** n of 5 · **Minutes** n'"
    if solution is None or not grader(solution, "solution"):
        yield "no solution cell after the card"
    else:
        yield from _solution_faults(solution)
    if check is None or not (grader(check, "grade") and grader(check, "points")):
        yield "no check cell with points after the solution"
    if why is None or not why.source.startswith("**Why it matters.**"):
        yield "no '**Why it matters.**' after the check"


def _solution_faults(cell: Any) -> Problems:
    lines = [line for line in cell.source.split("\n") if line.strip() == "### BEGIN SOLUTION"]
    if not grader(cell, "grade_id"):
        yield "its solution has no grade_id"
    if not lines or "### END SOLUTION" not in cell.source:
        yield "no BEGIN/END SOLUTION"
    if any(not line.startswith(" ") for line in lines):
        yield "BEGIN SOLUTION outside of a function: the stub would stop the notebook"
