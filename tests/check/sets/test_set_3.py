"""Problem set 3: a wrong answer loses the points of what it got wrong, and is told why."""

import assignments
import pytest

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
    ("switch", switch(), 5, ""),
    ("switch", SWITCH.format(clone=".clone()", use=DIVIDE), 0, "dividing rounds"),
    ("switch", switch(clone=""), 1, "the vector before is still in it"),
    ("switch", switch(bias="1"), 3, "the bias was left alone"),
    ("switch", switch(get=".get(name, torch.ones(len(self.bias)))"), 4, "look it up first"),
    ("mixed_in", MIXED.format(get="[name]", axis="[:, None]"), 4, ""),
    ("mixed_in", MIXED.format(get="[name]", axis=""), 1, "run over positions"),
    ("mixed_in", MIXED.format(get=".get(name, ones)", axis="[:, None]"), 3, "misspelt name"),
    ("mixed_in", MIXED.format(get="[name]", axis="[0]"), 2, "every row got the first"),
    ("mine", 'mine = {"place": 0, "value": 1.0}', 0, "200 steps"),
]


@pytest.mark.parametrize(("grade_id", "source", "points", "said"), ANSWERS)
def test_an_answer_gets_the_points_of_what_it_got_right(grade_id, source, points, said, capsys) -> None:
    earned, _ = assignments.run_all("ps3", {grade_id: source}, only=grade_id)
    assert earned[f"{grade_id}_check"] == points
    assert said in capsys.readouterr().out
