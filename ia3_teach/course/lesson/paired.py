"""How much two methods differ where both saw the same draws of examples, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ia3_teach.annotated import numbers
from ia3_teach.course.shipped.results import Run
from ia3_teach.wording import brief, short

RESAMPLED = 10_000
LEVEL = 0.95


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences and the ends of its interval, in the unit of what was given."""

    mean: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the whole interval lies on one side of 0: only then is one of the two better."""
        return self.low > 0 or self.high < 0


@numbers()
def difference(by_task: Sequence[Sequence[float]], seed: int = 0) -> Difference:
    """Mean over tasks of the mean over draws, and its bootstrap interval of 95 %.

    `by_task` holds the paired differences of each task, a number per draw. Draws are drawn again within each
    task; the tasks stay, so the interval speaks of these tasks alone. n draws lie closer to their own mean
    than to the true one: what is drawn again is widened by sqrt(n / (n - 1)). Raises ValueError for a task
    with fewer than two draws. Source: Efron 1979, percentile interval.

    >>> difference([[0.1, 0.1, 0.1], [0.3, 0.3, 0.3]])
    Difference(mean=0.2, low=0.2, high=0.2)
    """
    fewest = min(map(len, by_task), default=0)
    if fewest < 2:
        raise ValueError(
            f"a difference needs a task, and at least two draws of each; found {len(by_task)} tasks, the "
            f"shortest of {short(fewest)} draws"
        )
    generator = np.random.default_rng(seed)
    drawn = np.zeros(RESAMPLED)
    for pairs in by_task:
        n, center = len(pairs), np.mean(pairs)
        again = generator.choice(np.asarray(pairs), (RESAMPLED, n)).mean(1)
        drawn += (center + (again - center) * (n / (n - 1)) ** 0.5) / len(by_task)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    mean = np.mean([np.mean(pairs) for pairs in by_task])
    return Difference(*(round(float(value), 4) for value in (mean, low, high)))


def pairs(
    runs: Iterable[Run], first: Hashable, second: Hashable, name: Callable[[Run], Hashable] | None = None
) -> dict[str, list[float]]:
    """{task: differences of test accuracy, first - second}, one for each draw that both methods were run on.

    `name(run)` is what a method is called, without it `run.method`. Raises ValueError where there is no such
    draw, or a method has two runs on one.
    """
    tests: dict[Hashable, dict[tuple, float]] = {first: {}, second: {}}
    for run in runs:
        called, place = run.method if name is None else name(run), (run.task, run.model, run.seed)
        if called in tests:
            if place in tests[called]:
                raise ValueError(
                    f"{brief(called)} has two runs at {brief(place)}: take those of `used`, and name apart "
                    "what has other numbers of examples"
                )
            tests[called][place] = run.test
    found: dict[str, list[float]] = {}
    for place in sorted(tests[first].keys() & tests[second].keys()):
        found.setdefault(place[0], []).append(tests[first][place] - tests[second][place])
    if not found:
        raise ValueError(f"{brief(first)} and {brief(second)} have no run on the same draw of the same task")
    return found
