"""Rules for the code cells."""

import ast
import re
import statistics
from typing import Any

from notebook_audit.look import Problems, code_cells, grader

ALLOWED_IMPORTS = {
    "ia3_teach", "torch", "transformers", "datasets", "matplotlib", "ipywidgets", "math",
}  # fmt: skip


def executed_top_to_bottom(notebook: Any) -> Problems:
    counts = [cell.execution_count for _, cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"not executed top to bottom: execution counts {counts}"
    for number, cell in code_cells(notebook):
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"cell {number} stores an error"


def short_cells(notebook: Any) -> Problems:
    sizes = []
    for number, cell in code_cells(notebook):
        sizes.append(sum(bool(line.strip()) for line in cell.source.split("\n")))
        if len(cell.source.split("\n")) > 25:
            yield f"cell {number} has more than 25 lines"
    if sizes and statistics.median(sizes) > 8:
        yield f"the median code cell has {statistics.median(sizes)} lines; 8 is the most"


def no_trailing_semicolon(notebook: Any) -> Problems:
    for number, cell in code_cells(notebook):
        if any(line.rstrip().endswith(";") for line in cell.source.split("\n")):
            yield f"cell {number} has a line that ends in ';'"


def allowed_imports(notebook: Any) -> Problems:
    for number, cell in code_cells(notebook):
        if re.search(r"^\s*[%!]", cell.source, re.M):
            yield f"cell {number} uses a magic or a shell command"
            continue
        for node in ast.walk(ast.parse(cell.source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                if name.split(".")[0] not in ALLOWED_IMPORTS:
                    yield f"cell {number} imports {name}"


def readable_unsolved(notebook: Any) -> Problems:
    """Who solves nothing can still read on: only exercises use what an exercise defines."""
    answers: set[str] = set()
    for number, cell in code_cells(notebook):
        nodes = list(ast.walk(ast.parse(re.sub(r"^\s*[%!].*$", "", cell.source, flags=re.M))))
        if grader(cell, "solution"):
            kinds = ast.FunctionDef | ast.ClassDef
            answers |= {node.name for node in nodes if isinstance(node, kinds)}
        elif not grader(cell, "grade"):
            used = {node.id for node in nodes if isinstance(node, ast.Name)}
            for name in sorted(answers & used):
                yield f"cell {number} uses {name}, which the learner may not have written"
