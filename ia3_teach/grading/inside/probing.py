"""One exercise as a box knows it: a probe and cases, no property, no verdict."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ia3_teach.grading.inside.cells import bounded


@dataclass(frozen=True)
class Probe:
    """What to call with an answer; probe and cases are read before a line of the submission has run."""

    name: str
    answer: str
    probe: Callable[[Any, Any], Any]
    cases: Any

    def record(self, value: Any, seconds: float) -> bytes:
        """The file of what the probe saw. Raises whatever the answer raises past the probe."""
        with bounded(seconds):
            path = Path("record.safetensors")
            self.probe(value, self.cases).save(path)
            return path.read_bytes()


def probes_of(exercises: list[dict[str, Any]], root: Path, read: Callable[[Path], Any]) -> list[Probe]:
    """The probes of a job; cases lie in files below `root`, since what draws them is no business of a box."""
    return [
        Probe(each["name"], each["answer"], load(each["probe"]), read(root / each["cases"]))
        for each in exercises
    ]


def read_cases(path: Path) -> Any:
    """Cases as the course's checks have them."""
    from ia3_teach.check.probing.plain_data import rebuilt
    from ia3_teach.check.probing.recorded import Record

    return rebuilt(Record.load(path).data)


def load(reference: str) -> Any:
    """What "module:name" names.

    >>> load("os.path:join")("a", "b")
    'a/b'
    """
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)
