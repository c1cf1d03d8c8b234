"""Exercise 1.2, judged: the same convolutions by their functional form."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets.convolution_probe import convolution_cases, probe_convolution
from ia3_teach.check.sets.graded import Exercise, Property
from ia3_teach.check.sets.judging import close, expect_below, expect_tensor, ran, spared

Case = dict[str, Any]
Records = list[dict[str, Any]]


def _starts_as_conv(records: Records, cases: list[Case]) -> None:
    for record, case in zip(records, cases, strict=True):
        what = f"a new ScaledConv, {_named(case)}"
        ran(record, what, "entries")
        trained, size = record["trained"], len(case["l"])
        if set(trained) != {"l"}:
            found = ", ".join(trained) or "nothing"
            mistake = "freeze conv, and make self.l an nn.Parameter"
            raise CheckFailed(f"{what} trains l and nothing else", found, mistake)
        shape = trained["l"]
        if size not in shape or torch.Size(shape).numel() != size:
            found = f"l of shape {tuple(shape)}"
            raise CheckFailed(f"{what}: {size} entries of l", found, "which side is it?")
        expect_tensor(record["start"], _convolved(case, torch.ones(size)), f"{what}: its output")
        if not torch.equal(record["entries"], torch.ones(shape, dtype=record["entries"].dtype)):
            found = "entries near 1"
            raise CheckFailed(f"{what}: exactly what conv returns", found, "let l begin with torch.ones")


def _scales(side: str) -> Any:
    """The judge of one side."""

    def judge(records: Records, cases: list[Case]) -> None:
        for record, case in zip(records, cases, strict=True):
            if case["side"] != side:
                continue
            what = f"ScaledConv, {_named(case)}"
            ran(record, what, "output")
            expected = _convolved(case, case["l"])
            expect_tensor(record["output"], expected, f"{what}: its output", _mistakes(case))
            without = _convolved(case, torch.ones(len(case["l"])))
            known = {"l must work after .eval() and without gradients too": without}
            expect_tensor(record["quiet"], expected, f"{what}: its output after .eval()", known)

    return judge


def _mistakes(case: Case) -> dict[str, Tensor]:
    """Wrong outputs that say which mistake was made."""
    plain = _convolved(case, torch.ones(len(case["l"])))
    known = {"l has no effect": plain}
    if case["side"] == "out" and case["bias"] is not None:
        bias = _channels(case["bias"], case)
        scaled = _channels(case["l"], case) * (plain - bias)
        known["the bias was left out of the product: l scales w * x + b"] = scaled + bias
    return known


def _reaches_l(records: Records, cases: list[Case]) -> None:
    for record, case in zip(records, cases, strict=True):
        what = f"ScaledConv, {_named(case)}: after backward"
        ran(record, what, "held")
        if not spared(record, case):
            expected = f"{what} conv as it was, without gradients"
            mistake = "freeze it by requires_grad_(False), and change nothing else in it"
            raise CheckFailed(expected, "it changed, or has some", mistake)
        if record["gradient"] is None:
            mistake = "use self.l itself, an nn.Parameter, and not self.l.data"
            raise CheckFailed(f"{what} a gradient at l", "None", mistake)
        _has_gradient(record, case, what)
        expect_below(record, case["x"], what.removesuffix(": after backward"))
        if record["first"] is None or not record["first"].any():
            mistake = "let l into the product also where it is 1"
            mistake = mistake if "l" in record["trained"] else "make self.l an nn.Parameter"
            raise CheckFailed(f"{what} of a new layer a gradient at l", "none, or zeros", mistake)


def _has_gradient(record: Case, case: Case, what: str) -> None:
    """The right one where the output is right; another output has its own points, and its own gradient."""
    l = case["l"].clone().requires_grad_()
    output = _convolved(case, l)
    if isinstance(record["output"], Tensor) and close(record["output"], output.detach()):
        (expected,) = torch.autograd.grad(output.square().sum(), l)
        expect_tensor(record["gradient"] / expected.abs().max(), expected / expected.abs().max(), what)
    elif not record["gradient"].any():
        raise CheckFailed(f"{what} a gradient at l", "zeros", "detach nothing on the way from l")


def _named(case: Case) -> str:
    settings = ", ".join(f"{name}={value}" for name, value in case["settings"].items())
    return f"Conv{case['dimensions']}d({case['d_in']}, {case['d_out']}, {settings}), side {case['side']!r}"


def _channels(l: Tensor, case: Case) -> Tensor:
    return l.view(-1, *[1] * case["dimensions"])


def _convolved(case: Case, l: Tensor) -> Tensor:
    """The convolution of a case with l on its side, by the functional form."""
    settings = {k: v for k, v in case["settings"].items() if k not in ("kernel_size", "bias")}
    convolve = (functional.conv1d, functional.conv2d)[case["dimensions"] - 1]
    l = _channels(l, case)
    if case["side"] == "in":
        return convolve(l * case["x"], case["weight"], case["bias"], **settings)
    return l * convolve(case["x"], case["weight"], case["bias"], **settings)


SCALED_CONV = Exercise(
    "set_1.scaled_conv", "ScaledConv", convolution_cases, probe_convolution,
    (
        Property("it trains l alone, and starts as conv", _starts_as_conv, 1),
        Property('side "out" scales w * x + b', _scales("out"), 2),
        Property('side "in" scales x', _scales("in"), 2),
        Property("the gradient reaches l and x, and the weights get none", _reaches_l, 1),
    ),
)  # fmt: skip
