"""Problem set 3: a wrong answer loses the points of what it got wrong, and is told why."""

from collections.abc import Callable
from statistics import fmean, median
from typing import Any

import assignments
import pytest

from ia3_teach.check.sets.training_verdict import FAIR as FAIR_EXERCISE

FAIR = '''
def fair(runs):
    by = {{}}
    for run in runs:
        by.setdefault(run["method"], {{}}).setdefault(run["rate"], []).append(run)
    result = {{}}
    for method, rates in by.items():
        level = {{rate: {level} for rate, mine in sorted(rates.items(){order})}}
        rate = max(level, key=level.get)
        result[method] = {{"rate": rate, "test": {test}}}
    return result
'''
PARTS = {"level": 'median(run["dev"] for run in mine)', "order": "", "test": "TEST(rates[rate])"}
TEST = "\nTEST = lambda mine: median(run['test'] for run in mine)"


def fair(**parts: str) -> str:
    return FAIR.format(**{**PARTS, **parts}) + TEST


ONE_RATE = '''
def fair(runs):
    rates = {run["rate"] for run in runs}
    best = max(rates, key=lambda rate: median(run["dev"] for run in runs if run["rate"] == rate))
    methods = {run["method"] for run in runs}
    return {m: {"rate": best, "test": median(
        run["test"] for run in runs if run["rate"] == best and run["method"] == m)} for m in methods}
'''
TRAIN = '''
def train(weight, bias, x, z, steps, rate):
    y, l = x @ weight.T + bias, torch.{start}_like(bias)
    for _ in range(steps):
        l = l {sign} rate * {factor} * ((l * y - z) * y).{reduce}
    return l
'''
STEP = {"start": "ones", "sign": "-", "factor": "2", "reduce": "mean(0) / len(l)"}


def train(**parts: str) -> str:
    return TRAIN.format(**{**STEP, **parts})


SWITCH = '''
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors, self.now = linear, vectors, None
        self.weight, self.bias = linear.weight{clone}, linear.bias{clone}
    @torch.no_grad()
    def use(self, name):
        {use}
'''
BACK = "l = torch.ones(len(self.bias)) if name is None else self.vectors{get}\n        "
COPY = """self.linear.weight.copy_(l[:, None] * self.weight)
        self.linear.bias.copy_({bias} * self.bias)"""
DIVIDE = '''old = torch.ones(len(self.bias)) if self.now is None else self.vectors[self.now]
        new = torch.ones(len(self.bias)) if name is None else self.vectors[name]
        self.linear.weight.copy_((new / old)[:, None] * self.linear.weight)
        self.linear.bias.copy_(new / old * self.linear.bias)
        self.now = name'''


def switch(clone: str = ".clone()", get: str = "[name]", bias: str = "l") -> str:
    return SWITCH.format(clone=clone, use=BACK.format(get=get) + COPY.format(bias=bias))


def spoiled(part: str) -> str:
    """A switch that changes a part of the layer before it looks the name up."""
    return switch().replace("l = torch", f"self.linear.{part}.mul_(3)\n        l = torch")


MIXED = '''
def mixed_in(x, weight, bias, vectors, names):
    ones = torch.ones(x.shape[-1])
    factors = torch.stack([ones if name is None else vectors{get} for name in names])
    return (factors{axis} * x) @ weight.T + bias
'''
ANSWERS = [
    ("fair", fair(), 5, ""),
    ("fair", fair(level=PARTS["level"].replace("dev", "test")), 0, "chosen by the test"),
    ("fair", fair(order=", reverse=True"), 4, "the smaller one counts"),
    ("fair", fair(test="max(run['test'] for run in rates[rate])"), 3, "medians over the seeds"),
    ("fair", ONE_RATE, 0, "each method has its own"),
    ("train", train(), 4, ""),
    ("train", train(start="zeros"), 1, ""),
    ("train", train(sign="+"), 1, "uphill"),
    ("train", train(factor="1"), 1, "half the gradient"),
    ("train", train(reduce="mean(0)"), 1, "over the rows only"),
    ("train", train(reduce="sum(0)"), 1, "the sum in place of the mean"),
    ("train", train().replace("    return l", "    z.zero_()\n    return l"), 3, "clone what you change"),
    ("train", train().replace("    return l", "    return l.requires_grad_()"), 3, "return l.detach()"),
    ("switch", switch(), 5, ""),
    *(("switch", spoiled(part), 4, f"another {part}") for part in ("weight", "bias")),
    ("switch", SWITCH.format(clone=".clone()", use=DIVIDE), 1, "a product rounds"),
    ("switch", switch(clone=""), 1, "the vector before is still in it"),
    ("switch", switch(bias="1"), 3, "the bias was left alone"),
    ("switch", switch(get=".get(name, torch.ones(len(self.bias)))"), 4, "look it up first"),
    ("mixed_in", MIXED.format(get="[name]", axis="[:, None]"), 4, ""),
    ("mixed_in", MIXED.format(get="[name]", axis=""), 1, "run over positions"),
    ("mixed_in", MIXED.format(get=".get(name, ones)", axis="[:, None]"), 3, "misspelt name"),
    ("mixed_in", MIXED.format(get="[name]", axis="[0]"), 1, "every row got the first"),
    ("mine", 'mine = {"place": 0, "value": 1.0}', 0, "compute it anew"),
]


@pytest.mark.parametrize(("grade_id", "source", "points", "said"), ANSWERS)
def test_an_answer_gets_the_points_of_what_it_got_right(grade_id, source, points, said, capsys) -> None:
    earned, _ = assignments.run_all("ps3", {grade_id: source}, only=grade_id)
    assert earned[f"{grade_id}_check"] == points
    assert said in capsys.readouterr().out


def by(level: Callable, ties: Callable = sorted) -> Callable:
    """A table whose rates are chosen by `level` of a rate's runs, from the rates as `ties` brings them."""

    def answer(runs: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
        result: dict[str, dict[str, float]] = {}
        for method in {run["method"] for run in runs}:
            rates: dict[float, list] = {}
            for run in runs:
                if run["method"] == method:
                    rates.setdefault(run["rate"], []).append(run)
            rate = max(ties(rates), key=lambda rate: level(rates[rate]))
            result[method] = {"rate": rate, "test": median(run["test"] for run in rates[rate])}
        return result

    return answer


def dev(statistic: Callable) -> Callable:
    """A statistic of the accuracies of some runs."""
    return lambda runs: statistic([run["dev"] for run in runs])


def dev_of_seed(seed: int) -> Callable:
    """The accuracy of one seed."""
    return lambda runs: next(run["dev"] for run in runs if run["seed"] == seed)


STATISTICS = {
    "mean": dev(fmean), "max": dev(max), "min": dev(min), "first": dev(lambda devs: devs[0]),
    "last": dev(lambda devs: devs[-1]), "seed 0": dev_of_seed(0), "seed 4": dev_of_seed(4),
    "lower quarter": dev(lambda devs: sorted(devs)[1]), "upper quarter": dev(lambda devs: sorted(devs)[3]),
    "test": lambda runs: median(run["test"] for run in runs),
}  # fmt: skip
TIES = {
    "first met": list, "last met": lambda rates: [*rates][::-1],
    "largest": lambda rates: sorted(rates, reverse=True),
    "first seed met": lambda rates: sorted(rates, key=lambda rate: rates[rate][0]["seed"]),
    "best seed": lambda rates: sorted(rates, key=lambda rate: -dev(max)(rates[rate])),
    "mean": lambda rates: sorted(rates, key=lambda rate: -dev(fmean)(rates[rate])),
}  # fmt: skip


def points_of(answer: Callable, seed: int) -> list[float]:
    """The points of each property of a fair table."""
    record = FAIR_EXERCISE.probe(answer, FAIR_EXERCISE.cases(seed))
    return [each.points for each in FAIR_EXERCISE.judge(record, seed)]


@pytest.mark.parametrize("seed", range(8))
def test_only_medians_and_the_smaller_of_equal_rates_make_a_fair_table(seed: int) -> None:
    assert points_of(by(dev(median)), seed) == [2, 2, 1]
    wrong = {name: points_of(by(level), seed)[0] for name, level in STATISTICS.items()}
    assert wrong == dict.fromkeys(STATISTICS, 0)
    ties = {name: points_of(by(dev(median), rule), seed) for name, rule in TIES.items()}
    assert ties == dict.fromkeys(TIES, [2, 2, 0])
