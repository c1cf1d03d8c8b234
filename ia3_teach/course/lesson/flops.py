"""What a forward pass costs: the operations it is made of, counted, and its time, measured in turns."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from ia3_teach.annotated import numbers


class _Counting(TorchDispatchMode):
    """Counts every tensor operation inside it by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.found[operation.overloadpacket.__name__] += 1
        return operation(*args, **(kwargs or {}))


@torch.no_grad()
def operations(action: Callable[[], object]) -> Counter[str]:
    """{name of a tensor operation: how often `action` does it}, without gradients.

    >>> x = torch.ones(2, 2)
    >>> operations(lambda: 2 * x + x)
    Counter({'mul': 1, 'add': 1})
    """
    with _Counting() as counting:
        action()
    return counting.found


@numbers(rounds=1)
@torch.no_grad()
def in_turns(actions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """{name: seconds of each round}: A B C, then C B A, and so on, after a round that is not counted.

    A busy moment of the machine touches all of them alike. The clock counts the processor's work for this
    process alone, so that other programs are left out.
    """
    found: dict[str, list[float]] = {name: [] for name in actions}
    gc.collect()
    gc.disable()  # a collection would fall on whoever is next
    try:
        for turn in range(rounds + 1):
            for name in list(actions)[:: -1 if turn % 2 else 1]:
                start = time.process_time()
                actions[name]()
                found[name].append(time.process_time() - start)
    finally:
        gc.enable()
    return {name: seconds[1:] for name, seconds in found.items()}


def relative(seconds: Mapping[str, list[float]], to: str) -> dict[str, list[float]]:
    """Each round's times divided by the median of `to`.

    >>> relative({"a": [2.0, 4.0], "b": [6.0, 3.0]}, to="a")
    {'a': [0.6666666666666666, 1.3333333333333333], 'b': [2.0, 1.0]}
    """
    unit = median(seconds[to])
    return {name: [each / unit for each in found] for name, found in seconds.items()}
