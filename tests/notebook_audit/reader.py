"""Rules for what a reader meets: few places to import from, numbers and no True, short lines, known words."""

import ast
import json
import re
from pathlib import Path
from typing import Any

from ia3_teach.course.pages.glossary import pattern, prose
from notebook_audit.look import Problems, code_cells

PLACES = {"ia3_teach", "ia3_teach.check", "ia3_teach.course.lesson", "ia3_teach.views"}
LONGEST = 110
TERMS = Path(__file__).parents[2] / "notebooks" / "terms.json"


def five_places(notebook: Any) -> Problems:
    """A reader knows from its package alone whether a name is the library, a helper, a picture or a check."""
    for number, cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module and module.split(".")[0] == "ia3_teach" and module not in PLACES:
                yield f"cell {number} imports from the inner module {module}"
            if isinstance(node, ast.Import) and any("ia3_teach." in alias.name for alias in node.names):
                yield f"cell {number} imports an inner module"


def numbers_not_verdicts(notebook: Any) -> Problems:
    """Numbers are for the eye; what must hold is for an assertion. A call in shown code is neither."""
    for number, cell in code_cells(notebook):
        for output in cell.outputs:
            text = output.get("text", "") or output.get("data", {}).get("text/plain", "")
            for line in text.splitlines():
                if re.search(r"(?<!\()\b(True|False)\W*$", line):
                    yield f"cell {number} prints {line.strip()!r}"


def short_lines(notebook: Any) -> Problems:
    for number, cell in code_cells(notebook):
        for line in cell.source.split("\n"):
            if len(line) > LONGEST:
                yield f"cell {number} has a line of {len(line)} characters; {LONGEST} is the most"


def no_description_in_a_cell(notebook: Any) -> Problems:
    """A picture describes itself, from its own data; so its words cannot go stale."""
    for number, cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            named = [keyword.arg for keyword in node.keywords] if isinstance(node, ast.Call) else []
            if "alt" in named:
                yield f"cell {number} holds an alternative text"


def assertions_have_texts(notebook: Any) -> Problems:
    for number, cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Assert) and node.msg is None:
                yield f"cell {number} asserts something without a text that says what"


def explained(notebooks: dict[str, Any]) -> Problems:
    """Each term of notebooks/terms.json is set in bold, and explained there, where it is first used."""
    for term, forms in json.loads(TERMS.read_text(encoding="utf-8")).items():
        used = pattern(term, forms)
        for name, notebook in notebooks.items():
            texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
            text = prose("\n".join(texts))
            first = used.search(text)
            if first is None:
                continue
            bold = text[: first.start()].endswith("**") and text[first.end() :].startswith("**")
            if not bold:
                around = " ".join(text[max(0, first.start() - 40) : first.end() + 20].split())
                yield f"{name}: {term!r} is used before it is explained: ...{around}..."
            break
