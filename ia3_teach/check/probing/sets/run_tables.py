"""Exercise 3.1: tables of runs in which wrong choices of a rate miss the right one. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

import torch

from ia3_teach.course.sets.variants import number

Run = dict[str, Any]
RATES = (0.00003, 0.003, 0.01, 0.03)  # as texts, the first is not the smallest
METHODS = ("ia3", "lora", "full")
# What could be taken in place of the median over the seeds, of runs in the order in which they are met.
WRONG: dict[str, Callable[[list[Run]], float]] = {
    "mean": lambda runs: sum(run["dev"] for run in runs),
    "highest": lambda runs: max(run["dev"] for run in runs),
    "lowest": lambda runs: min(run["dev"] for run in runs),
    "first met": lambda runs: runs[0]["dev"],
    "last met": lambda runs: runs[-1]["dev"],
    "first seed": lambda runs: min(runs, key=lambda run: run["seed"])["dev"],
    "last seed": lambda runs: max(runs, key=lambda run: run["seed"])["dev"],
    "test": lambda runs: sum(run["test"] for run in runs),
}
ROUNDED = {"rounded": lambda runs: round(median(run["dev"] for run in runs), 2)}


def table(draw: torch.Generator, equal: bool, even: bool = False) -> list[Run]:
    """Runs in any order; each wrong choice misses some method's rate. If `equal`, some rates tie.

    If `even`, there are six seeds, and rates that are nearly as good as the best.
    """
    while True:
        best = _best(draw, equal)
        runs = [run for method in METHODS for run in _runs(draw, method, best[method], even)]
        runs = [runs[at] for at in torch.randperm(len(runs), generator=draw).tolist()]
        choices = _tied_choices(runs, best) if equal else _choices(runs, even)
        if all(any(chosen[method] != min(best[method]) for method in METHODS) for chosen in choices):
            return runs


def _best(draw: torch.Generator, equal: bool) -> dict[str, list[float]]:
    """{method: its best rates}: one, or two or three; the smallest is not the same for all methods."""
    first, best = number(draw, 0, 3), {}
    for nth, method in enumerate(METHODS):
        at = (first + nth) % (2 if equal else 4)
        larger = torch.randperm(3 - at, generator=draw).tolist()[: number(draw, 1, 2)] if equal else []
        best[method] = [RATES[at], *(RATES[at + 1 + further] for further in larger)]
    return best


def _runs(draw: torch.Generator, method: str, best: list[float], even: bool) -> list[Run]:
    """Five seeds of each rate, or six: their middle is highest at the best rates."""
    runs = []
    for rate in RATES:
        middle = 750 if rate in best else number(draw, 700, 745) + (4 if even else 0)
        devs = _six(draw, middle) if even else _five(draw, middle)
        order = torch.randperm(len(devs), generator=draw).tolist()
        tests = _six(draw, number(draw, 650, 800)) if even else [number(draw, 500, 950) for _ in devs]
        for seed, at in enumerate(order):
            accuracies = {"dev": devs[at] / 1000, "test": tests[seed] / 1000}
            runs.append({"method": method, "rate": rate, "seed": seed} | accuracies)
    return runs


def _five(draw: torch.Generator, middle: int) -> list[int]:
    """Two below a middle and two above."""
    away = [number(draw, 5, 150) for _ in range(4)]
    return [middle - away[0], middle - away[1], middle, middle + away[2], middle + away[3]]


def _six(draw: torch.Generator, middle: int) -> list[int]:
    """Three below a middle, of which two are equal, and three above; none lies on it."""
    near, far = number(draw, 1, 50), [number(draw, 51, 150) for _ in range(3)]
    return [middle - far[0], middle - far[0], middle - near, middle + near, middle + far[1], middle + far[2]]


def _choices(runs: list[Run], even: bool) -> list[dict[str, float]]:
    """Each method's rate by every wrong number."""
    return [
        {method: max(RATES, key=lambda rate: wrong(_of(runs, method, rate))) for method in METHODS}
        for wrong in (WRONG | (ROUNDED if even else {})).values()
    ]


def _tied_choices(runs: list[Run], best: dict[str, list[float]]) -> list[dict[str, float]]:
    """Of each method's best rates the one that is met first, and the one that is met last."""
    met = {method: [run["rate"] for run in runs if run["method"] == method] for method in METHODS}
    first = {method: min(best[method], key=met[method].index) for method in METHODS}
    return [first, {method: max(best[method], key=met[method].index) for method in METHODS}]


def _of(runs: list[Run], method: str, rate: float) -> list[Run]:
    return [run for run in runs if (run["method"], run["rate"]) == (method, rate)]
