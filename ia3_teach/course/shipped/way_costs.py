"""What each way to use a few examples costs, for a prediction and once beforehand, as it was measured."""

from __future__ import annotations

from dataclasses import dataclass

from ia3_teach.course.shipped.results import shipped_rows

FILE = "results/few_shot_costs.csv"


@dataclass(frozen=True)
class WayCost:
    """A way on a model, asked one question of `tokens` tokens, the examples before it included.

    `flops` are those of the matrix products of one prediction, `held` the most bytes beside the weights that
    it holds at once, `stored` the bytes that stay for the task between predictions: trained values, the
    token numbers of examples, or their keys and values. `seconds` is the median of `rounds` predictions,
    `low` and `high` their quartiles, `bare` the median of the frozen model's, asked without examples in turns
    with them. What is done once takes `steps` times `step_flops` and `step_seconds`, and holds `step_held`
    bytes beside the weights: training steps of 8 examples, or one reading of the examples.
    """

    model: str
    method: str
    shots: int
    values: int
    tokens: int
    flops: int
    held: int
    stored: int
    seconds: float
    low: float
    high: float
    bare: float
    steps: int
    step_flops: int
    step_held: int
    step_seconds: float
    rounds: int
    torch: str
    transformers: str
    machine: str
    commit: str

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells one way from another."""
        return self.model, self.method, self.shots

    @property
    def once(self) -> int:
        """The FLOPs of all that is done once."""
        return self.steps * self.step_flops


def shipped_way_costs(model: str) -> dict[tuple[str, int], WayCost]:
    """{(method, number of examples): its cost} on a model of the table.

    Raises ManifestError where the table was changed.

    >>> costs = shipped_way_costs("tiny-bloom")
    >>> costs["ia3", 32].flops == costs["zero_shot", 0].flops  # vectors are no matrix products
    True
    """
    costs = shipped_rows(FILE, WayCost)
    return {(cost.method, cost.shots): cost for cost in costs if cost.model == model}
