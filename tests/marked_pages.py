"""The pages that nbgrader makes of a marked notebook: feedback for a student, formgrader's for a teacher."""

import copy
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions import formgrader

TEMPLATES = Path(formgrader.__file__).parent / "templates"
STYLE = Path(formgrader.__file__).parent / "static" / "node_modules" / "bootstrap" / "dist" / "css"
ABOUT = {
    "assignment_id": "ps1", "notebook_id": "first", "submission_id": "1", "index": 0, "total": 1,
    "base_url": "", "student": "ada", "last_name": "L", "first_name": "A", "notebook_path": "first.ipynb",
    "nbgrader": {"notebook": "first", "score": 1.0, "max_score": 2.0, "late_penalty": 0.0},
}  # fmt: skip


def page(notebook: Any, template: str) -> str:
    """The page "feedback" or "formgrade", made of a notebook by the exporter with nbgrader's template."""
    graded = copy.deepcopy(notebook)
    for cell in graded.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader |= {"score": 1.0, "comment": "", "points": 1.0}
    exporter = HTMLExporter(
        template_name=template,
        extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(STYLE)],
    )
    made, _ = exporter.from_notebook_node(graded, resources=copy.deepcopy(ABOUT))
    return made
