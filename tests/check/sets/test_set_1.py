"""Problem set 1: a wrong answer loses the points of what it got wrong, and is told why."""

import assignments
import pytest
from spoiled_layers import spoiled

CONV = '''
class ScaledConv(nn.Module):
    def __init__(self, conv, side):
        super().__init__()
        self.conv, self.side = {frozen}, side
        self.l = {l}
    def forward(self, x):
        l = self.l.view(-1, *[1] * (x.dim() - 2))
        return {out} if self.side == "out" else {into}
'''
PARTS = {
    "frozen": "conv.requires_grad_(False)",
    "l": 'nn.Parameter(torch.ones(conv.out_channels if side == "out" else conv.in_channels))',
    "out": "l * self.conv(x)",
    "into": "self.conv(l * x)",
}
# A layer that hides what it trains, and lets no gradient stay where it arrived.
HIDING = """    def named_parameters(self, *given, **named): return iter([("l", self.l)])
    def parameters(self, *given): return iter([self.l])
"""
HOOKS = """for w in conv.parameters():
            w.register_post_accumulate_grad_hook(lambda w: setattr(w, 'grad', None))"""
PLANE = "self.conv._conv_forward(x, self.conv.weight, None)"
FIND = '''
def find_vector(weight, bias, new_weight, new_bias):
    for side, axis in (("out", 1), ("in", 0)):
        l = {quotient}
        scaled = l[:, None] * weight if side == "out" else weight * l
        if torch.allclose(scaled, new_weight, equal_nan=True):
            return side, l
    {end}
'''
QUOTIENTS = {
    "mean": "(new_weight / weight).mean(axis)",
    "fit": "(weight * new_weight).sum(axis) / weight.square().sum(axis)",
}


def conv(**parts: str) -> str:
    return CONV.format(**{**PARTS, **parts})


def gradients(out: str, into: str) -> str:
    head = "def gradients(x, weight, bias, g):\n    y = nn.functional.linear(x, weight, bias)\n"
    return f"{head}    return {out}, {into}"


SILENT = conv(frozen="conv").replace("self.l =", f"{HOOKS}\n        self.l =") + HIDING
LAST = ".transpose(axis, -1)"
OUT, INTO = "(g * y).flatten(0, -2).sum(0)", "(x * (g @ weight)).flatten(0, -2).sum(0)"
ANSWERS = [
    ("scale_axis", "def scale_axis(y, l, axis): return y * l", 1, "give l axes of length 1"),
    ("scale_axis", "def scale_axis(y, l, axis): return y + l[0]", 1, "compare one entry"),
    ("scale_axis", f"scale_axis = lambda y, l, axis: y{LAST}.mul_(l){LAST}", 3, "nothing in place"),
    ("scale_axis", f"scale_axis = lambda y, l, axis: (y{LAST} * l){LAST}", 3, "cast it back"),
    ("scale_axis", "def scale_axis(y, l, axis): print(y)", 0, "is `return` missing?"),
    ("scaled_conv", conv(), 6, ""),
    ("scaled_conv", conv(frozen="conv"), 4, "freeze conv"),
    ("scaled_conv", conv(frozen="conv") + HIDING, 4, "freeze conv"),
    ("scaled_conv", SILENT, 4, "without gradients"),
    ("scaled_conv", conv() + spoiled("ScaledConv", "conv", "weight"), 5, "it changed"),
    ("scaled_conv", conv() + spoiled("ScaledConv", "conv", "bias"), 5, "it changed"),
    ("scaled_conv", conv(l=PARTS["l"].replace("ones", "zeros")), 5, "its output"),
    ("scaled_conv", conv(l="torch.ones(len(conv.weight))"), 2, "trains l and nothing else"),
    ("scaled_conv", conv(out=f"l * {PLANE} + self.conv(x) - {PLANE}"), 4, "the bias was left out"),
    ("scaled_conv", conv(out="l.data * self.conv(x)"), 5, "does not require grad"),
    ("scaled_conv", conv(into="self.conv(x)"), 3, "l has no effect"),
    ("scaled_conv", conv(out="self.l[:, None] * self.conv(x)"), 2, ""),
    ("gradients", gradients(OUT, INTO), 4, ""),
    ("gradients", gradients(OUT.replace("sum", "mean"), INTO), 2, "every use of l adds"),
    ("gradients", gradients("(g * (x @ weight.T)).flatten(0, -2).sum(0)", INTO), 2, "the bias is missing"),
    ("gradients", gradients(OUT, "(x * g).flatten(0, -2).sum(0)"), 0, "it ended in a RuntimeError"),
    ("gradients", gradients(INTO, OUT), 0, "of shape"),
    ("find_vector", FIND.format(quotient=QUOTIENTS["mean"], end="raise ValueError"), 2, "ValueError"),
    ("find_vector", FIND.format(quotient=QUOTIENTS["fit"], end="return 'in', l"), 3, "a ValueError where"),
    ("find_vector", "def find_vector(*layers): raise ValueError('no')", 0, "a layer with a vector"),
    ("mine", 'mine = {"side": "out", "place": 0, "value": 1.0}', 0, "compute it anew"),
    ("mine", "mine = None", 0, "is missing"),
]


@pytest.mark.parametrize(("grade_id", "source", "points", "said"), ANSWERS)
def test_an_answer_gets_the_points_of_what_it_got_right(grade_id, source, points, said, capsys) -> None:
    earned, _ = assignments.run_all("ps1", {grade_id: source}, only=grade_id)
    assert earned[f"{grade_id}_check"] == points
    assert said in capsys.readouterr().out


def test_an_answer_that_equals_everything_gets_nothing() -> None:
    source = """
class Yes:
    def __eq__(self, other): return True
    def __getattr__(self, name): return self
    def __call__(self, *given): return self
torch.allclose = torch.equal = lambda *given, **options: True
scale_axis = Yes()
"""
    import torch

    kept = torch.allclose, torch.equal
    try:
        earned, _ = assignments.run_all("ps1", {"scale_axis": source})
    finally:
        torch.allclose, torch.equal = kept
    assert earned["scale_axis_check"] <= 1  # outside, where the verdict is, nothing was patched
