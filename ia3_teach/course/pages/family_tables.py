"""What the family's methods reach and cost, from data/results/family_runs.csv and family_costs.csv."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ia3_teach.course.pages.outcome_tables import shown
from ia3_teach.course.pages.real_tables import as_text
from ia3_teach.course.pages.tables import table
from ia3_teach.course.shipped.method_costs import MethodCost
from ia3_teach.course.shipped.results import read_runs, summary, used

COSTS = ("trained values", "kept for backward", "time of a step")
Rows = Mapping[tuple[str, str], Mapping[str, object]]  # by task and method


def outcomes(results: Path) -> str:
    """A table for each model: a row per method, the fewest values first; its medians, and what it costs."""
    costs = read_runs(results / "family_costs.csv", MethodCost)
    rows = summary(used(read_runs(results / "family_runs.csv")))
    models = dict.fromkeys(cost.model for cost in costs)
    return "\n\n".join(
        of_model(
            model,
            {(row["task"], row["method"]): row for row in rows if row["model"] == model},
            {cost.method: cost for cost in costs if cost.model == model},
        )
        for model in models
    )


def of_model(model: str, rows: Rows, costs: Mapping[str, MethodCost]) -> str:
    """The methods that were run on one model."""
    tasks = sorted({task for task, _ in rows})
    methods = sorted({method for _, method in rows}, key=lambda method: (costs[method].values, method))
    lines = [
        [method, *(shown(as_text(rows[task, method])) for task in tasks), *in_words(costs[method])]
        for method in methods
    ]
    return table([f"`{model}`", *tasks, *COSTS], lines)


def in_words(cost: MethodCost) -> list[str]:
    """Values, bytes and time as the table shows them, the last two as ratios to the frozen model's.

    >>> facts = dict.fromkeys(("torch", "transformers", "machine", "commit"), "")
    >>> in_words(MethodCost("plain", "IA3", 4608, 240, 94, 100, 1.27, 1.2, 1.31, 30, **facts))
    ['4,608', '0.94', '1.27 (1.20–1.31)']
    """
    time = f"{cost.time:.2f} ({cost.low:.2f}–{cost.high:.2f})"
    return [f"{cost.values:,}", f"{cost.memory:.2f}", time]
