"""nbgrader's own way to grade runs learners' code as the teacher, outside of every box: here it says no."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException


class NoAutograde(NotebookExporter):
    """The exporter of `nbgrader autograde` and formgrader's button, refused before anything is touched."""

    def __init__(self, parent: Any = None, **more: Any) -> None:
        assignment = parent.coursedir.assignment_id if parent is not None else "NAME"
        why = "this would run submissions as you; grade them in their boxes, in a terminal in the course:"
        told = f"{why} python -m ia3_teach grade {assignment}"
        if parent is not None:
            parent.log.error(told)
        raise NbGraderException(told)
