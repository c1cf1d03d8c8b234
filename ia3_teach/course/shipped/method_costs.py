"""What the methods of the family cost in training, as it was measured beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from ia3_teach.course.shipped.results import shipped_rows

FILE = "results/family_costs.csv"


@dataclass(frozen=True)
class MethodCost:
    """A method on a model: what it trains, what it keeps for backward, and how long a step takes.

    `kept` and `least` are bytes, the method's and those of the frozen model alone, which passes a gradient
    through its activations. `time` is the median of `rounds` ratios, each of a training step to a forward and
    backward pass of that frozen model next to it; `low` and `high` are their quartiles.
    """

    model: str
    method: str
    values: int
    tokens: int
    kept: int
    least: int
    time: float
    low: float
    high: float
    rounds: int
    torch: str
    transformers: str
    machine: str
    commit: str

    @property
    def memory(self) -> float:
        """How many times what the frozen model keeps."""
        return self.kept / self.least


def shipped_costs(model: str) -> dict[str, MethodCost]:
    """{method: its cost} on a model of the table. Raises ManifestError where the table was changed.

    >>> shipped_costs("tiny-bert")["IA3"].values
    4608
    """
    return {cost.method: cost for cost in shipped_rows(FILE, MethodCost) if cost.model == model}
