"""Two methods on the same draws: their runs in pairs, and what the pairs leave open about the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ia3_teach.course.shipped.results import Run
from ia3_teach.wording import brief

ENDS = (0.025, 0.975)


@dataclass(frozen=True)
class Pairs:
    """Test accuracies of two methods, (n,) each; entry i of both is of one task and one draw of examples."""

    tasks: list[str]
    first: Tensor
    second: Tensor


def pairs(runs: Iterable[Run], first: str, second: str, name: Callable[[Run], str] | None = None) -> Pairs:
    """The runs of two methods that share task, model and seed, in order.

    `name(run)` is what a method is called, without it `run.method`. Raises ValueError where there is no such
    pair, or two runs of a method would fit into one.
    """
    found: dict[str, dict[tuple, float]] = {first: {}, second: {}}
    for run in runs:
        called, place = run.method if name is None else name(run), (run.task, run.model, run.seed)
        if called in found:
            if place in found[called]:
                raise ValueError(
                    f"{brief(called)} has two runs at {brief(place)}: take those of `used`, and name apart "
                    "what has other numbers of examples"
                )
            found[called][place] = run.test
    both = sorted(found[first].keys() & found[second].keys())
    if not both:
        raise ValueError(f"{brief(first)} and {brief(second)} have no run on the same draw of the same task")
    columns = (
        torch.tensor([found[method][place] for place in both], dtype=torch.float64)
        for method in (first, second)
    )
    return Pairs([place[0] for place in both], *columns)


def resamples(groups: Sequence[str], number: int, seed: int) -> Tensor:
    """Rows of places, (number, n): each row draws, with replacement, as many of every group as it has.

    So the groups (tasks) stay what they are, and what varies is which of their draws came.
    Source: Efron and Tibshirani 1993, chapter 6, a bootstrap in strata.

    >>> resamples(["plan", "plan", "mood"], 2, seed=0)[:, 2].tolist()  # the only one of its group
    [2, 2]
    """
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.empty(number, len(groups), dtype=torch.long)
    for group in sorted(set(groups)):
        places = torch.tensor([place for place, other in enumerate(groups) if other == group])
        drawn[:, places] = places[torch.randint(len(places), (number, len(places)), generator=generator)]
    return drawn


def interval(first: Tensor, second: Tensor, drawn: Tensor) -> tuple[float, float]:
    """The ends between which 95 % of the resampled mean differences first - second lie.

    Shapes: first and second (n,), drawn (number, n).

    >>> interval(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]), torch.tensor([[0, 0], [1, 1]]))
    (0.05, 1.95)
    """
    means = (first - second)[drawn].mean(1)
    low, high = means.quantile(torch.tensor(ENDS, dtype=means.dtype)).tolist()
    return round(low, 6), round(high, 6)
