"""Two small exercises for tests of grading: what runs in the box, which holds this file alone.

They do without torch, which takes a second or two to import, in every box.
"""

import copy
import json
from pathlib import Path
from typing import Any


class PlainRecord:
    """Plain data in a file of JSON."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree

    def save(self, path: Path) -> None:
        """Write it. Raises TypeError for what is no plain data."""
        path.write_text(json.dumps(self.tree))


def plain(value: Any) -> Any:
    """What came back, as plain data; of anything unknown only its kind."""
    if type(value) is list:
        return [plain(entry) for entry in value]
    return value if type(value) in (int, float, str, type(None)) else f"a {type(value).__name__}"


def read_cases(path: Path) -> Any:
    """Cases from their file."""
    return json.loads(path.read_text())


def scale_probe(answer: Any, cases: Any) -> PlainRecord:
    """Call the answer on each case, and look at its input afterwards."""
    seen = []
    for matrix, factors in copy.deepcopy(cases):
        before = copy.deepcopy(matrix)
        result = plain(answer(matrix, factors))
        seen.append({"result": result, "untouched": matrix == before})
    return PlainRecord(seen)


def total_probe(answer: Any, cases: Any) -> PlainRecord:
    """The sum of each list, or the kind of error."""
    seen = []
    for numbers in cases:
        try:
            seen.append(plain(answer(list(numbers))))
        except Exception as error:
            seen.append(f"raised {type(error).__name__}")
    return PlainRecord(seen)
