"""Interleaved measurements: A B C, C B A, A B C, ... so that a busy moment touches all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Action = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the table: a quantity of ours beside the same quantity of another way."""

    what: str
    shape: str
    against: str
    ours: float
    other: float
    unit: str
    repetitions: int = 1

    def as_dict(self) -> dict[str, str | float]:
        """With the ratio, and numbers as long as they mean something."""
        numbers = {"ours": self.ours, "other": self.other, "ratio": self.ours / self.other}
        rounded = {name: float(f"{number:.4g}") for name, number in numbers.items()}
        words = {"what": self.what, "shape": self.shape, "against": self.against}
        return {**words, **rounded, "unit": self.unit, "repetitions": self.repetitions}


def medians(
    actions: Mapping[str, Action],
    rounds: int,
    before: Mapping[str, Action] | None = None,
) -> dict[str, float]:
    """The median seconds of each action over `rounds`, after one more for warming up.

    The clock is this process's own processor time: on one thread it is the time on an idle machine, and what
    other processes do, or a disk, is left out. `before` prepares, unmeasured.
    """
    times: dict[str, list[float]] = {name: [] for name in actions}
    gc.collect()
    gc.disable()  # a collection would fall on whoever is next
    for i in range(rounds + 1):
        for name in list(actions)[:: 1 if i % 2 else -1]:
            if before:
                before[name]()
            start = time.process_time()
            actions[name]()
            times[name].append(time.process_time() - start)
    gc.enable()
    return medians_of({name: found[1:] for name, found in times.items()})


def medians_of(found: Mapping[str, list[float]]) -> dict[str, float]:
    """{name: median}."""
    return {name: statistics.median(values) for name, values in found.items()}
