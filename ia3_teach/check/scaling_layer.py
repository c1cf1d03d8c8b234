"""Check of a Linear that carries a vector (exercise 2.2)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_equal
from ia3_teach.check.drawing import Draw
from ia3_teach.check.layer_properties import IN_USE, SAME, holds, keeps_the_base, learns, noted, reached
from ia3_teach.check.probing.calls import case
from ia3_teach.check.probing.layers import scaling_layer
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

Bias = Tensor | None


def _linear(weight: Tensor, bias: Bias, x: Tensor) -> Tensor:
    """W x + b, output by output."""
    outputs = [(x * row).sum(-1) for row in weight]
    return torch.stack(outputs, -1) + (0 if bias is None else bias)


def _scaled(weight: Tensor, bias: Bias, side: str, x: Tensor, l: Tensor) -> Tensor:
    return l * _linear(weight, bias, x) if side == "out" else _linear(weight, bias, l * x)


def _plain(weight: Tensor, bias: Bias, side: str, x: Tensor, l: Tensor) -> Tensor:
    return _linear(weight, bias, x)


def _again(weight: Tensor, bias: Bias, side: str, x: Tensor, l: Tensor) -> Tensor:
    return _scaled(weight, bias, side, x, -2 * l)


def _gradient(weight: Tensor, bias: Bias, side: str, x: Tensor, l: Tensor) -> dict[str, Tensor]:
    l, x = l.clone().requires_grad_(), x.clone().requires_grad_()
    total = _scaled(weight, bias, side, x, l).square().sum()
    return dict(zip("lx", torch.autograd.grad(total, (l, x)), strict=True))


OUTPUTS = {
    "the bias was forgotten: IA3 scales Wx + b, not Wx alone":
        lambda w, b, side, x, l: l * (_linear(w, b, x) - b) + b,
    "the bias was dropped: scale what the Linear returns": lambda w, b, side, x, l: l * (_linear(w, b,
    x) - b),
    "l has no effect on the output": _plain,
    "l was added to the output: IA3 multiplies": lambda w, b, side, x, l: l + _linear(w, b, x),
    "l runs over the positions T: line it up with the last axis": lambda w, b, side, x, l: l[:,
    None] * _linear(w, b, x),
    "negative entries of l lost their sign, or were set to 0": lambda w, b, side, x, l:
        l.clamp(min=0) * _linear(w, b, x),
}  # fmt: skip
INPUTS = {
    "l has no effect on the input": _plain,
    "l was added to the input: IA3 multiplies": lambda w, b, side, x, l: _linear(w, b, l + x),
    "the bias was scaled, or lost, on the input side: b is added after l has done its work":
        lambda w, b, side, x, l: _linear(w, None, l * x),
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(side: str, d_in: int, d_out: int, *batch: int, bias: bool = True, signed: bool = False,
            dtype: torch.dtype = torch.float32) -> dict:  # fmt: skip
        length = d_out if side == "out" else d_in
        l = draw.signed(length) if signed else draw.factors(length)
        weight, x = draw.tensor(d_out, d_in, dtype=dtype), draw.tensor(*batch, d_in, dtype=dtype)
        b = draw.tensor(d_out, low=1, high=3, dtype=dtype) if bias else None
        return case(weight, b, side, x, l, tolerance=1e-4)

    return {
        "Linear 3 -> 4, side out": one("out", 3, 4, 4, 4),  # T = len(l): a wrong axis does not crash
        "Linear 3 -> 4, side in": one("in", 3, 4, 3, 3),
        "Linear 5 -> 2, side out": one("out", 5, 2, 2, 3),
        "Linear 5 -> 2, side in": one("in", 5, 2, 2, 3),
        "Linear 4 -> 4, side out, one row": one("out", 4, 4, 1),
        "Linear 4 -> 4, side in, one row": one("in", 4, 4, 1),
        "no bias, side out": one("out", 3, 5, 2, bias=False),
        "no bias, side in": one("in", 3, 5, 2, bias=False),
        "float64, side out": one("out", 4, 3, 2, dtype=torch.float64),
        "float64, side in": one("in", 4, 3, 2, dtype=torch.float64),
        "negative factors and a zero, side out": one("out", 4, 3, 2, 2, signed=True),
        "negative factors and a zero, side in": one("in", 4, 3, 2, 2, signed=True),
    }


ALL = tuple(_cases(0))
OUT, IN = ALL[::2], ALL[1::2]


def _carries_l(seen: Seen) -> None:
    for name in ALL:
        is_parameter = reached(seen, name, "parameter")["l"]
        expect(
            bool(is_parameter) and bool(seen.note(name, "module")), "a Module with an nn.Parameter layer.l",
            "none",
            "assign self.l = nn.Parameter(...) after super().__init__()",
        )  # fmt: skip
        found, l = reached(seen, name, "values")["l"], seen.arguments(name)[4]
        mistake = 'wrong side: "out" scales the outputs, "in" scales the inputs'
        weight = seen.arguments(name)[0]
        if found.numel() not in weight.shape:
            mistake = 'one entry for each output of the Linear (side "out"), or for each input (side "in")'
        expect_equal(found.numel(), l.numel(), f"entries of l ({name})", mistake)


AT_ONE = {
    "forward adds l: at l = 1 everything moved up by 1, so it is not a factor":
        lambda w, b, side, x, l: _linear(w, b, x) + 1 if side == "out" else _linear(w, b, x + 1),
    "the bias was dropped: scale what the Linear returns": lambda w, b, side, x, l: _linear(w, None, x),
}  # fmt: skip


def _new(text: str, on: Sequence[str]) -> Property:
    """A new layer computes what the Linear does; what to say depends on how l starts."""

    def judge(seen: Seen) -> None:
        starts = [seen.note(name, "values") or {} for name in on]
        ones = all("l" in start and bool((start["l"] == 1).all()) for start in starts)
        hint = "l must start as ones, not random or zero: training then starts at the old model"
        hint = "at l = 1 the layer has to give what linear(x) gives" if ones else hint
        known = AT_ONE if ones else {}
        noted(text, on, "start", _plain, "a new layer's output", hint, known).judge(seen)
        near = all(bool((start["l"] - 1).abs().max() < 0.1) for start in starts if "l" in start)
        hint = "l must start as ones exactly: a new layer then changes no bit"
        expect(ones or not near, "l = ones in a new layer", "numbers near 1", hint)

    return Property(text, judge)


def _also_trained(found: list[str]) -> str:
    """What to say where more than l, or not even l, is trained."""
    if "l" not in found:
        return "l has to be a Parameter that requires a gradient, and the only one"
    if any("." in name for name in found):
        return "the base weights still train: call requires_grad_(False) on the Linear's parameters"
    return "l alone is trained: what else the layer holds need not be a Parameter"


def _freezes_the_base(seen: Seen) -> None:
    for name in ALL:
        mistake = "freeze the Linear that was handed in, no copy of it: weight and bias, on both sides"
        found = "its weight or its bias still requires a gradient"
        expect(bool(reached(seen, name, "base frozen")), f"a frozen Linear ({name})", found, mistake)


ia3_linear = Exercise(
    "lesson_02.ia3_linear", "IA3Linear", _cases, scaling_layer,
    (
        Property("the layer has a parameter l as long as the side it scales", _carries_l),
        _new("a new layer computes exactly what the Linear computes", ALL[:2]),
        noted('side "out": every output is multiplied by its entry of l, the bias too', (OUT[0], OUT[1]),
        "set",
              _scaled, "l * (Wx + b)", "compare l * linear(x)", OUTPUTS),
        noted('side "in": every input is multiplied by its entry of l, the bias is left alone', (IN[0],
        IN[1]), "set",
              _scaled, "W(l * x) + b", "scale x, then call the Linear on it", INPUTS),
        noted("shapes of any size, with and without bias, factors of any sign", ALL[4:], "set", _scaled,
              "the layer's output", "compare one output by hand: l is set to the case's factors", {}),
        _new("a new layer of any size computes what the Linear computes", ALL[2:]),
        noted("l counts anew at every call", ALL, "set again", _again, "the output after l was changed",
              "l is read in `forward` at each call, and nothing of an earlier call is kept", {}),
        noted(IN_USE, ALL, "evaluated", _again, "the output after layer.eval(), under no_grad", SAME, {}),
        noted("two layers have nothing in common", ALL, "twin", _plain, "a second new layer's output",
              "what a layer needs belongs to `self`, not to the class or a global name", {}),
        noted("another layer changes nothing in this one", ALL, "once more", _again,
        "the first layer's output",
              "what a layer needs belongs to `self`, not to the class or a global name", {}),
        holds("l is the only parameter that is trained", ALL, "trained", lambda *_: ["l"],
        "trainable parameters = ['l']",
              _also_trained),
        Property("the given Linear is frozen", _freezes_the_base),
        learns(ALL, _gradient, "use self.l itself in forward: no .data, no detach(), no torch.no_grad()"),
        keeps_the_base(ALL),
    ),
)  # fmt: skip
