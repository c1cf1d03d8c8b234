"""Exercises 3.1, 3.2 and 3.5, judged: the choice of a rate, and gradient descent on a vector."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets import comparing_probe as probes
from ia3_teach.check.sets.graded import Exercise, Property
from ia3_teach.check.sets.judging import described, expect_tensor, kept, returned, value_of
from ia3_teach.check.sets.own_numbers import expect_place, expect_rounded

Case = dict[str, Any]
Records = list[dict[str, Any]]


def _chosen(runs: list[Case], chooser: str = "dev", least: bool = True) -> dict[str, dict[str, float]]:
    """{method: rate and test}: by the median of `chooser`; of equal rates the smaller where `least`."""
    result = {}
    for method in sorted({run["method"] for run in runs}):
        mine = [run for run in runs if run["method"] == method]
        level = {
            rate: median(run[chooser] for run in mine if run["rate"] == rate)
            for rate in sorted({run["rate"] for run in mine}, reverse=not least)
        }
        rate = max(level, key=level.get)
        result[method] = {"rate": rate, "test": median(r["test"] for r in mine if r["rate"] == rate)}
    return result


def _chooses(part: str, *equal: bool) -> Callable:
    """The judge of the rate or of the test number, with or without rates that are equally good."""

    def judge(records: Records, cases: list[Case]) -> None:
        for record, case in zip(records, cases, strict=True):
            if case["equal"] in equal:
                _judge_table(record, case, part)

    return judge


def _judge_table(record: Case, case: Case, part: str) -> None:
    """Of equal rates, the test number is judged where the right one was chosen, which has its own point."""
    what, right = f"fair(runs): the {part}", _chosen(case["runs"])
    found = value_of(record, what)
    for method, expected in right.items():
        given = found.get(method) if isinstance(found, dict) else None
        if part == "test" and case["equal"] and not _is_near(given, "rate", expected):
            continue
        if isinstance(found, dict) and method not in found:
            expected = f"{what}: an entry for each method"
            raise CheckFailed(expected, f"none for {method}", "take the methods from the runs")
        if not isinstance(given, dict) or type(given.get(part)) not in (int, float):
            shape = f'{{"{method}": {{"rate": ..., "test": ...}}}}'
            raise CheckFailed(f"{what}: {shape}", described(found), "a dict of dicts of numbers")
        if not _is_near(given, part, expected):
            mistake = _mistake(case["runs"], found, part)
            raise CheckFailed(f"{what} of {method} = {expected[part]}", str(given[part]), mistake)
    if part == "rate" and (more := sorted(set(found) - set(right))):
        mistake = "start from an empty dict at each call"
        raise CheckFailed(f"{what} of {', '.join(right)} alone", f"{', '.join(more)} as well", mistake)


def _is_near(given: Any, part: str, expected: Case) -> bool:
    """Whether this number of a method is the expected one; one from float32 counts."""
    number = given.get(part) if isinstance(given, dict) else None
    return type(number) in (int, float) and abs(number - expected[part]) <= 1e-6


def _mistake(runs: list[Case], found: Case, part: str) -> str:
    """Which wrong choices give this whole table; two that look alike are told as two."""
    known = {
        "chosen by the test: a number that chose is no longer one that judges": _chosen(runs, "test"),
        "of equally good rates the smaller one counts": _chosen(runs, least=False),
    }
    fitting = [
        why
        for why, wrong in known.items()
        if all(_is_near(found.get(method), part, numbers) for method, numbers in wrong.items())
    ]
    return " | or: ".join(fitting) or "medians over the seeds, for each rate; each method has its own best"


def descended(case: Case) -> Tensor:
    """l after gradient descent on the mean of the squared differences, by the formula of the gradient."""
    y = case["x"] @ case["weight"].T + case["bias"]
    l = torch.ones(y.shape[1], dtype=torch.float64)
    for _ in range(case["steps"]):
        l = l - case["rate"] * 2 * ((l * y - case["z"]) * y).sum(0) / y.numel()
    return l


def _trains(steps: Callable[[int], bool]) -> Callable:
    """The judge of the cases with such a number of steps."""

    def judge(records: Records, cases: list[Case]) -> None:
        for record, case in zip(records, cases, strict=True):
            if not steps(case["steps"]):
                continue
            what = f"train(..., steps={case['steps']}, rate={case['rate']:.2f})"
            right, ones = descended(case), torch.ones(len(case["bias"]), dtype=torch.float64)
            rows = len(case["x"])
            known = {"the vector started at 0: it starts at ones, where the model is unchanged": right - 1}
            if case["steps"] == 1:
                known = {
                    "the sum in place of the mean": ones + (right - ones) * rows * len(ones),
                    "the mean over the rows only": ones + (right - ones) * len(ones),
                    "uphill: minus the gradient": 2 * ones - right,
                    "half the gradient: the square has a factor of 2": ones + (right - ones) / 2,
                }
            expect_tensor(returned(record, what), right, what, known)
            if case["steps"] != 1 and record["gradient"]:
                raise CheckFailed(f"{what} without gradient", "it has requires_grad", "return l.detach()")

    return judge


def _leaves_alone(records: Records, cases: list[Case]) -> None:
    found = returned(records[0], "train(...)")
    parts = ("weight", "bias", "x", "z")
    stayed = [kept(record, *map(case.get, parts)) for record, case in zip(records, cases, strict=True)]
    if not isinstance(found, Tensor) or not all(stayed):
        expected = "a new vector, and weight, bias, x and z as they were"
        thawed = any(record["thawed"] for record in records)
        mistake = "the vector alone asks for a gradient" if thawed else "clone what you change"
        raise CheckFailed(expected, described(found), mistake)


def _own(part: str) -> Callable:
    """The judge of the learner's own numbers."""

    def judge(record: Any, case: Case) -> None:
        l, what = descended(case), f"the {part} of your own vector"
        place = int((l - 1).abs().argmax())
        if not isinstance(record, dict) or part not in record:
            raise CheckFailed('{"place": ..., "value": ...}', described(record), f"{part!r} is missing")
        if part == "place":
            expect_place(record[part], place, what)
        else:
            expect_rounded(record[part], l[place].item(), 3, what)

    return judge


FAIR = Exercise(
    "set_3.fair", "fair", probes.run_cases, probes.probe_runs,
    (
        Property("each method has its own best rate, by the median of dev", _chooses("rate", False), 2),
        Property("the test number is the median at that rate", _chooses("test", False, True), 2),
        Property("of equally good rates the smaller", _chooses("rate", True), 1),
    ),
)  # fmt: skip
TRAIN = Exercise(
    "set_3.train", "train", probes.training_cases, probes.probe_training,
    (
        Property("one step from ones", _trains(lambda steps: steps == 1), 2),
        Property("many steps, without gradient", _trains(lambda steps: steps != 1), 1),
        Property("nothing that was handed over changes", _leaves_alone, 1),
    ),
)  # fmt: skip
MINE = Exercise(
    "set_3.mine", "mine", probes.own_cases, probes.probe_own,
    tuple(Property(f"the {part}", _own(part), 1) for part in ("place", "value")), personal=True,
)  # fmt: skip
