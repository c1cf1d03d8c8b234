"""Two small exercises for tests of grading: what runs in the box, which holds this file alone."""

import json
from pathlib import Path
from typing import Any

import torch


class PlainRecord:
    """Plain data in a file of JSON."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree

    def save(self, path: Path) -> None:
        """Write it. Raises TypeError for what is no plain data."""
        path.write_text(json.dumps(self.tree))


def plain(value: Any) -> Any:
    """What came back, as plain data; of anything unknown only its kind."""
    if isinstance(value, torch.Tensor):
        return torch.Tensor.tolist(value.detach())
    return value if type(value) in (int, float, str, type(None)) else f"a {type(value).__name__}"


def scale_cases(seed: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """(matrix, one factor per row), some of them negative."""
    draw = torch.Generator().manual_seed(seed)
    return [(torch.randn(3, n, generator=draw), torch.randn(3, generator=draw)) for n in (3, 5)]


def scale_probe(answer: Any, cases: Any) -> PlainRecord:
    """Call the answer on each case, and look at its input afterwards."""
    seen = []
    for matrix, factors in cases:
        before = matrix.tolist()
        seen.append({"result": plain(answer(matrix, factors)), "untouched": matrix.tolist() == before})
    return PlainRecord(seen)


def total_cases(seed: int) -> list[list[int]]:
    """Lists of numbers, one of them empty."""
    return [[], [seed % 97, 5], [seed % 13, -4, seed % 7]]


def total_probe(answer: Any, cases: Any) -> PlainRecord:
    """The sum of each list, or the kind of error."""
    seen = []
    for numbers in cases:
        try:
            seen.append(plain(answer(list(numbers))))
        except Exception as error:
            seen.append(f"raised {type(error).__name__}")
    return PlainRecord(seen)
