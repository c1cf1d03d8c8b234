"""The grid of the comparison: its cells, and which runs a cell asks for, in two rounds.

Every learning rate of a method's grid is tried with the first seed; the one with the best validation accuracy
is then run with the other seeds. So the second round of a cell is known when its first is done.

There are four grids: that of lesson 07 (few methods, all tasks, both models), that of the family (lesson 12:
methods of every form on three models), that of T-Few's losses (lesson 11), that of real models (`real_grid`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ia3_teach.course.making import few_shot as t_few
from ia3_teach.course.making.methods import FAMILY, FURTHER, METHODS
from ia3_teach.course.shipped.results import Run

SEEDS = range(5)
STEPS = {32: 60, 256: 100, 3000: 500}
POOL_RATES = (5e-4,)
FAMILY_SHOTS, FAMILY_SEEDS = 256, range(3)
ON_BLOOM = tuple(method for method in FAMILY if method != "head")  # a decoder has no new head
ON_MINILM = ("head", "IA3", "SSF", "LoRA", "DoRA", "PromptTuning", "BitFit", "full")
FAMILY_PARTS: dict[tuple[str, str], tuple[str, ...]] = {  # (model, task): methods
    ("tiny-bert", "sentiment"): tuple(FAMILY),
    ("tiny-bert", "price_complaint"): tuple(FAMILY),
    ("tiny-bloom", "who_liked"): ON_BLOOM,  # where IA3 and LoRA lie furthest apart
    ("minilm-l6", "sentiment"): ON_MINILM,
}
IN_BOTH = {  # the same runs, by either name
    **{"head": "head", "ia3": "IA3", "lora": "LoRA", "full": "full"},
    **{"bitfit": "BitFit", "prompt_tuning": "PromptTuning"},
}

SomeRun = TypeVar("SomeRun", bound=Run)


def wanted(
    pattern: SomeRun, rates: Sequence[float], seeds: Sequence[int], done: Mapping[tuple, SomeRun]
) -> list[SomeRun]:
    """The runs that can be named by now: each rate with the first seed; once all of these are in `done`
    ({key: run}), also the best rate with each other seed.
    """
    first, *others = seeds
    tried = [replace(pattern, seed=first, learning_rate=rate) for rate in rates]
    if not all(run.key in done for run in tried):
        return tried
    best = max((done[run.key] for run in tried), key=lambda run: run.validation).learning_rate
    return tried + [replace(pattern, seed=seed, learning_rate=best) for seed in others]


def search(
    pattern: SomeRun, rates: Sequence[float], seeds: Sequence[int], known: Callable[[SomeRun], SomeRun]
) -> Iterator[SomeRun]:
    """All runs of a cell one after the other; `known` makes or recalls a run."""
    done: dict[tuple, SomeRun] = {}
    while missing := [run for run in wanted(pattern, rates, seeds, done) if run.key not in done]:
        for run in missing:
            done[run.key] = known(run)
            yield done[run.key]


@dataclass(frozen=True)
class Cell:
    """One entry of the table: what is trained on what, and with how many examples."""

    task: str
    model: str
    method: str
    shots: int

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rates that are tried; 0 where nothing is trained."""
        if self.method in ("zero_shot", "in_context"):
            return (0.0,)
        return POOL_RATES if self.shots == max(STEPS) else METHODS[self.model][self.method].learning_rates

    @property
    def seeds(self) -> Sequence[int]:
        """The seeds; one where nothing is drawn, or the whole pool is trained on."""
        return SEEDS[:1] if self.method == "zero_shot" or self.shots == max(STEPS) else SEEDS

    @property
    def count(self) -> int:
        """How many runs the cell has in the end."""
        return len(self.rates) + len(self.seeds) - 1

    def wanted(self, done: Mapping[tuple, Run]) -> list[Run]:
        """The runs of the cell that can be named by now."""
        return wanted(self.pattern, self.rates, self.seeds, done)

    @property
    def pattern(self) -> Run:
        """A run of the cell before its seed and learning rate are chosen."""
        return Run(self.task, self.model, self.method, self.shots, 0, 0.0)


@dataclass(frozen=True)
class FamilyCell(Cell):
    """An entry of the family's table."""

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rates that are tried."""
        own, further = FAMILY[self.method].learning_rates, FURTHER.get((self.model, self.method), ())
        return tuple(sorted((*own, *further)))

    @property
    def seeds(self) -> Sequence[int]:
        """The seeds, fewer for more methods."""
        return FAMILY_SEEDS


def cells(task: str) -> list[Cell]:
    """The cells of one task."""
    found = [Cell(task, "tiny-bloom", "zero_shot", 0), Cell(task, "tiny-bloom", "in_context", 4)]
    found += [Cell(task, "tiny-bloom", "full", max(STEPS))]
    for shots in (32, 256):
        found += [Cell(task, model, method, shots) for model in METHODS for method in METHODS[model]]
    return found


def family_cells() -> list[Cell]:
    """The cells of the family's table, model after model."""
    return [
        FamilyCell(task, model, method, FAMILY_SHOTS)
        for (model, task), methods in FAMILY_PARTS.items()
        for method in methods
    ]


@dataclass(frozen=True)
class FewShotCell(Cell):
    """An entry of the table of T-Few's losses."""

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rates that are tried."""
        return t_few.RATES


def few_shot_cells() -> list[Cell]:
    """The cells of the table of T-Few's losses, task after task."""
    return [
        FewShotCell(task, t_few.MODEL, method, t_few.SHOTS)
        for task in t_few.TASKS
        for method in t_few.methods_of(task)
    ]
