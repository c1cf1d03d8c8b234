"""What each way to use a few examples costs, from data/results/few_shot_costs.csv."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ia3_teach.course.pages.real_tables import name
from ia3_teach.course.pages.tables import table
from ia3_teach.course.shipped.results import read_runs
from ia3_teach.course.shipped.way_costs import WayCost

EACH = ("tokens", "GFLOPs", "ms", "× frozen", "MB held", "kB kept for the task")
ONCE = ("once: GFLOPs", "s", "MB held")


def costs(results: Path) -> str:
    """A table for each model: a row per way, what a prediction costs and what is done once."""
    found = read_runs(results / "few_shot_costs.csv", WayCost)
    models = dict.fromkeys(cost.model for cost in found)
    return "\n\n".join(of_model(model, [cost for cost in found if cost.model == model]) for model in models)


def of_model(model: str, rows: Sequence[WayCost]) -> str:
    """The ways that were compared on one model."""
    return table([f"`{model}`", *EACH, *ONCE], [[title(cost), *each(cost), *once(cost)] for cost in rows])


def title(cost: WayCost) -> str:
    """How a way is called, the same as beside its accuracies.

    >>> title(example("in_context_cached", 4)), title(example("ia3", 32))
    ('4 in context, read once', 'IA3, 32')
    """
    plain = cost.method.removesuffix("_cached")
    return name((plain, cost.shots)) + ", read once" * (plain != cost.method)


def each(cost: WayCost) -> list[str]:
    """What a prediction reads, computes, takes and holds, and what stays between two of them.

    >>> each(example("ia3", 32))
    ['30', '8.1', '250', '1.2', '6.7', '230']
    """
    times = [digits(1e3 * cost.seconds), f"{cost.seconds / cost.bare:.1f}"]
    return [
        str(cost.tokens),
        digits(cost.flops / 1e9),
        *times,
        digits(cost.held / 1e6),
        digits(cost.stored / 1e3),
    ]


def once(cost: WayCost) -> list[str]:
    """What all steps beforehand compute and take, and what one of them holds; nothing where there is none.

    >>> once(example("ia3", 32)), once(example("zero_shot", 0, steps=0))
    (['6,000', '120', '210'], ['', '', ''])
    """
    if cost.steps == 0:
        return [""] * len(ONCE)
    return [digits(cost.once / 1e9), digits(cost.steps * cost.step_seconds), digits(cost.step_held / 1e6)]


def digits(value: float) -> str:
    """Two digits that count, written out.

    >>> digits(0.1505), digits(8.13), digits(12345.6), digits(0)
    ('0.15', '8.1', '12,000', '0')
    """
    rounded = float(f"{value:.1e}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.2g}"


def example(method: str, shots: int, steps: int = 60) -> WayCost:
    """A cost for the examples above."""
    numbers = {"values": 57_600, "tokens": 30, "flops": 8_131_000_320, "held": 6_684_714, "stored": 230_400}
    times = {"seconds": 0.25, "low": 0.2, "high": 0.3, "bare": 0.2, "step_seconds": 2.0}
    step = {"steps": steps, "step_flops": 10**11, "step_held": 210_000_000, "rounds": 3}
    origin = dict.fromkeys(("torch", "transformers", "machine", "commit"), "unknown")
    return WayCost("plain", method, shots, **numbers, **times, **step, **origin)
