"""Looking at a lesson's cells."""

from collections.abc import Callable, Iterator
from typing import Any

Problems = Iterator[str]
Rule = Callable[[Any], Problems]


def code_cells(notebook: Any) -> list[tuple[int, Any]]:
    return [pair for pair in enumerate(notebook.cells) if pair[1].cell_type == "code"]


def markdown(notebook: Any) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def grader(cell: Any, key: str) -> Any:
    return cell.metadata.get("nbgrader", {}).get(key)
