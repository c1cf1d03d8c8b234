"""From a solved lesson to a learner's: stubs, folded solutions, no outputs, no hidden tests."""

import copy
from typing import Any

from ia3_teach.course.builds.source import BEGIN, BEGIN_HIDDEN, END, END_HIDDEN, regions, role

STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")


def learner_notebook(solved: Any) -> Any:
    """The learner's build of one lesson; `solved` is not changed."""
    lesson = copy.deepcopy(solved)
    cells, solution = [], None
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if role(cell, "solution"):
            solution = folded_solution(cell)
            cell.source = stub(cell.source)
            go_on_after_error(cell)
        cell.source = without(cell.source, BEGIN_HIDDEN, END_HIDDEN)
        cells.append(cell)
        if role(cell, "grade"):
            go_on_after_error(cell)
            if solution is not None:
                cells.append(solution)
                solution = None
    lesson.cells = cells
    return lesson


def stub(source: str) -> str:
    """The source with each solution region replaced by a line that says it is missing.

    >>> print(stub("def f(x):\\n    ### BEGIN SOLUTION\\n    return x\\n    ### END SOLUTION"))
    def f(x):
        # YOUR CODE HERE
        raise NotImplementedError()
    """
    lines = source.split("\n")
    for begin, end in reversed(regions(source, BEGIN, END)):
        indent = lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())]
        lines[begin : end + 1] = [indent + line for line in STUB]
    return "\n".join(lines)


def without(source: str, begin: str, end: str) -> str:
    """The source without the marked regions."""
    lines = source.split("\n")
    for first, last in reversed(regions(source, begin, end)):
        del lines[first : last + 1]
    return "\n".join(lines).rstrip("\n")


def folded_solution(cell: Any) -> Any:
    """A closed box with the cell's solved code, to stand after the check."""
    from nbformat.v4 import new_markdown_cell

    code = "\n".join(line for line in cell.source.split("\n") if line.strip() not in (BEGIN, END))
    box = "<details><summary>Solution</summary>\n\n```python\n" + code + "\n```\n\n</details>"
    return new_markdown_cell(box, id=f"{cell.id[:55]}-solution", metadata={"tags": ["solution-dropdown"]})


def go_on_after_error(cell: Any) -> None:
    """Jupyter runs on after an error in a cell with this tag: unsolved lessons can be read on."""
    tags = cell.metadata.setdefault("tags", [])
    if "raises-exception" not in tags:
        tags.append("raises-exception")
