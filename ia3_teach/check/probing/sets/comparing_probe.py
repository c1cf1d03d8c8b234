"""Problem set 3: results of runs, examples, a layer to switch and a mixed batch. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ia3_teach.check.probing import layers
from ia3_teach.check.probing.sets.calls import called, plain, recorded, trained, tried
from ia3_teach.check.probing.sets.drawing import factors, normal
from ia3_teach.check.probing.sets.run_tables import table
from ia3_teach.course.sets.few_pairs import examples
from ia3_teach.course.sets.variants import generator, number

Cases = list[dict[str, Any]]
UNKNOWN = ("d", "d", "", "A")  # names that are not there, one of them again


def run_cases(seed: int) -> Cases:
    """Tables of runs in any order; in the later ones, rates of a method are equally good, or all are 0."""
    draw = generator(seed)
    cases = [{"runs": table(draw, equal), "equal": equal} for equal in 2 * (False,) + 4 * (True,)]
    zeros = [run | {"dev": 0.0} for run in table(draw, True) if run["method"] == "ia3"]
    return [*cases, {"runs": table(draw, False, even=True), "equal": False}, {"runs": zeros, "equal": True}]


@recorded
def probe_runs(answer: Callable, cases: Cases) -> Any:
    """What is returned for each table."""
    return [called(answer, [dict(run) for run in case["runs"]]) for case in cases]


def training_cases(seed: int) -> Cases:
    """Examples of layers, with a number of steps and a rate; l goes below 0, and to a value near 1."""
    draw, cases = generator(seed), []
    for steps in (1, 2, 40, 200, 0):
        case = examples(number(draw, 0, 2**30))._asdict()
        case["z"][:, 0] *= -1
        case["z"][:, 1] = 1.0004 * (case["x"] @ case["weight"][1] + case["bias"][1])
        cases.append(case | {"steps": steps, "rate": 0.01 * number(draw, 2, 6)})
    return cases


@recorded
def probe_training(answer: Callable, cases: Cases) -> Any:
    """The vector after training."""
    names = ("weight", "bias", "x", "z", "steps", "rate")
    return [called(answer, *map(case.get, names)) for case in cases]


def switch_cases(seed: int) -> Cases:
    """Layers in two formats with three vectors, of which one has a 0, and an order in which to use them."""
    draw, cases = generator(seed), []
    for dtype in (torch.float32, torch.bfloat16):
        case = {"weight": normal(draw, 8, 5).to(dtype), "bias": normal(draw, 8).to(dtype)}
        case["weight"][:, 0] = torch.tensor(4 * [1e-30, -0.0])  # too small for float16; a 0 with a sign
        case["vectors"] = {name: factors(draw, 8) for name in ("a", "b", "c")}
        case["order"] = [("a", "b", "c", None)[number(draw, 0, 3)] for _ in range(12)] + ["b", None]
        cases.append(case)
    return cases


@recorded
def probe_switch(answer: Callable, cases: Cases) -> Any:
    """Weight and bias after every use, and after a name that is not there."""
    return [_switch(answer, case) for case in cases]


def _switch(answer: Callable, case: dict[str, Any]) -> dict[str, Any]:
    linear, seen = layers.linear(case["weight"], case["bias"]).requires_grad_(False), {"after": []}
    with tried(seen):
        switch = answer(linear, {name: l.clone() for name, l in case["vectors"].items()})
        for name in case["order"]:
            switch.use(name)
            seen["after"].append([plain(linear.weight), plain(linear.bias)])
        seen["trained"] = trained(linear)
        switch.use("a")
        before = [plain(linear.weight), plain(linear.bias)]
        seen["unknown"] = [called(switch.use, name) for name in UNKNOWN]
        seen["around"] = [before, [plain(linear.weight), plain(linear.bias)]]
        switch.use(None)
        seen["last"] = [plain(linear.weight), plain(linear.bias)]
    return seen


def batch_cases(seed: int) -> Cases:
    """Batches with equal sides, a row for each name, for None, and for one name twice; and one row alone.

    In "all" every row has a name.
    """
    draw, cases = generator(seed), []
    for batch, length, d in ((4, 4, 4), (5, 2, 3), (1, 1, 6)):
        names = ["a", None, "b", "a", None][:batch]
        case = {"x": normal(draw, batch, length, d), "weight": normal(draw, 6, d), "bias": normal(draw, 6)}
        case["vectors"] = {name: factors(draw, d) for name in ("b", "a")}
        cases.append(case | {"names": names, "all": [name or "b" for name in names]})
    return cases


@recorded
def probe_batch(answer: Callable, cases: Cases) -> Any:
    """What is returned for each batch, and for names that are not there."""
    parts = ("x", "weight", "bias", "vectors")
    named, mixed = (
        [called(answer, *map(case.get, parts), list(case[names])) for case in cases]
        for names in ("all", "names")
    )
    alone = [called(answer, *map(case.get, parts), [None] * len(case["names"])) for case in cases]
    first = [cases[0][part] for part in parts]
    wrong = [called(answer, *first, ["a", "b", name, "a"]) for name in UNKNOWN]
    return {"named": named, "mixed": mixed, "alone": alone, "wrong": wrong}


def own_cases(seed: int) -> dict[str, Any]:
    """The learner's own examples."""
    return examples(seed)._asdict() | {"steps": 10, "rate": 0.02}


@recorded
def probe_own(answer: Any, cases: Any) -> Any:
    """The answer itself, which is numbers."""
    return plain(answer)
