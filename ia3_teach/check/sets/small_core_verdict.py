"""Exercises 5.2 and 5.3, judged: the layer and its merged weight, for every choice of signs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets import small_core_probe as probes
from ia3_teach.check.probing.sets.small_core_probe import SMALL, WIDE
from ia3_teach.check.sets.core_changes import change_of, changes, near
from ia3_teach.check.sets.drawn_entries import expect_normal
from ia3_teach.check.sets.graded import Exercise, Property
from ia3_teach.check.sets.judging import (
    described,
    expect_a_tensor,
    expect_below,
    expect_tensor,
    kept,
    ran,
    returned,
    spared,
    value_of,
)

Case = dict[str, Any]
Records = list[dict[str, Any]]
MODES = ("train() under no_grad", "train()", "eval() under no_grad", "eval()")


def _trains_core(records: Records, cases: list[Case]) -> None:
    for record, case in _with_bias(records, cases):
        what, r = _named(case), case["r"]
        ran(record, what, "core")
        if record["trained"] != {"R": [r, r]}:
            found = ", ".join(f"{name} {shape}" for name, shape in record["trained"].items()) or "nothing"
            mistake = "R alone learns: freeze the Linear, and keep what is no R by register_buffer"
            raise CheckFailed(f"{what}: trains R ({r}, {r}) alone", found, mistake)


def _starts_nearby(records: Records, cases: list[Case]) -> None:
    for record, case in _with_bias(records, cases):
        what = _named(case)
        ran(record, what, "core")
        core = record["core"]
        if not isinstance(core, Tensor) or not 0 < core.abs().max() < 1e-3:
            mistake = "draw R with a deviation of 1e-5: not zero, and too small to be seen"
            raise CheckFailed(f"{what}: a small random R", described(core), mistake)
        if torch.equal(core, core.flatten()[0].expand_as(core)) and core.numel() > 1:
            raise CheckFailed(f"{what}: a random R", "all entries alike", "draw each entry")
        plain = torch.nn.functional.linear(case["x"], case["weight"], case["bias"])
        if not isinstance(record["start"], Tensor) or not near(record["start"], plain, 1e-2):
            raise CheckFailed(f"{what}: nearly the Linear's output", described(record["start"]), "R is tiny")
    expect_normal(value_of(records[0]["wide"], f"SmallCore of a Linear({WIDE}, {WIDE}), r = {WIDE}"))


def _computes(records: Records, cases: list[Case]) -> None:
    for record, case in zip(records, cases, strict=True):
        what = _named(case)
        ran(record, what, "shapes")
        for outputs, factor, core in zip(record["outputs"], (SMALL, 1), ("a small R", "R"), strict=True):
            small = case | {"core": factor * case["core"]}
            right = _outputs(small, small["core"], case["x"])
            fitting = [_fits(found, right) for found in outputs]
            for found, mode, fits in zip(outputs, MODES, fitting, strict=True):
                if not fits:
                    mode = f", {mode}" if any(fitting) else ""  # one wrong in all has no mode to blame
                    _is_no_output(found, small, case["x"], f"{what}: its output with {core}{mode}")
        for found, x in zip(record["shapes"], (case["x"][0, 0], case["x"][None]), strict=True):
            if not _fits(found, _outputs(case, case["core"], x)):
                _is_no_output(found, case, x, f"{what}: its output for x of shape {tuple(x.shape)}")


def _outputs(case: Case, core: Tensor, x: Tensor) -> list[Tensor]:
    """What the layer computes, for every choice of signs in its frame."""
    plain = torch.nn.functional.linear(x, case["weight"], case["bias"]).double()
    return [plain + x.double() @ each.T for each in changes(case, core)]


def _fits(found: Any, right: list[Tensor]) -> bool:
    return any(near(found, each, 1e-4) for each in right)


def _is_no_output(found: Any, case: Case, x: Tensor, what: str) -> None:
    """Say why; a mistake is named where its output came, whatever signs the frame has."""
    plain, right = (_outputs(case, factor * case["core"], x) for factor in (0, 1))
    known = {
        "alpha is left out": [p + (r - p) / case["alpha"] for p, r in zip(plain, right, strict=True)],
        "no division by r here": [p + (r - p) / case["r"] for p, r in zip(plain, right, strict=True)],
        "R is turned round: with x as a row, R.T stands between": _outputs(case, case["core"].T, x),
    }
    fitting = {why: each for why, of in known.items() for each in of if near(found, each, 1e-4)}
    expect_tensor(found, right[0].float(), what, fitting)
    raise CheckFailed(f"{what} = Wx + b + α L R Q x", "another output", "which order?")


def _spares_weights(records: Records, cases: list[Case]) -> None:
    for record, case in _with_bias(records, cases):
        what = _named(case)
        ran(record, what, "held")
        found = record["gradient"]
        if case["alpha"] and not (isinstance(found, Tensor) and found.abs().max() > 0):
            found = described(found)
            raise CheckFailed(f"{what}: a gradient at R", found, "use self.R in forward")
        if not spared(record, case):
            raise CheckFailed(f"{what}: the Linear as it was", "it changed, or has a gradient", "freeze it")
        expect_below(record, case["x"], what)


def _with_bias(records: Records, cases: list[Case]) -> list[tuple[Case, Case]]:
    """Layers without a bias count for the output alone, which is where the text asks for them."""
    pairs = zip(records, cases, strict=True)
    return [(record, case) for record, case in pairs if case["bias"] is not None]


def _named(case: Case) -> str:
    d_out, d_in = case["weight"].shape
    return f"SmallCore(Linear({d_in}, {d_out}), {case['r']}, {case['alpha']:g})"


def _merges(records: Records, cases: list[Case]) -> None:
    for record, case in zip(records, cases, strict=True):
        what = f"merged weight of shape {tuple(case['weight'].shape)}, r = {case['r']}"
        found, weight = returned(record, what), case["weight"].double()
        right = [weight + each for each in changes(case, case["core"])]
        if not any(near(found, each, 1e-4) for each in right):
            delta = change_of(case, case["core"])
            known = {"W itself is missing": delta, "alpha is left out": weight + delta / case["alpha"]}
            known["no division by r here"] = weight + delta / case["r"]
            known["R is turned round"] = weight + change_of(case, case["core"].T)
            expect_tensor(found, right[0].float(), what, known)
            raise CheckFailed(f"{what}: W + α L R Q", "another weight", "the frame is that of W")


def _keeps_weight(records: Records, cases: list[Case]) -> None:
    found = returned(records[0], "merged(weight, core, alpha)")
    expect_a_tensor(found, "a merged weight")
    given = [(case["weight"], case["core"]) for case in cases]
    if not all(kept(record, *of) for record, of in zip(records, given, strict=True)):
        thawed = any(record["thawed"] for record in records)
        mistake = "no requires_grad_() on what came in" if thawed else "nothing in place on what came in"
        raise CheckFailed("weight and core as they were", "one of them changed", mistake)


SMALL_CORE = Exercise(
    "set_5.small_core", "SmallCore", probes.layer_cases, probes.probe_layer,
    (
        Property("R alone is trained", _trains_core, 1),
        Property("R starts small and random", _starts_nearby, 1),
        Property("the output is Wx + b + α L R Q x", _computes, 3),
        Property("the gradient reaches R and x, and the Linear stays as it was", _spares_weights, 1),
    ),
)  # fmt: skip

MERGED = Exercise(
    "set_5.merged", "merged", probes.merge_cases, probes.probe_merge,
    (
        Property("the merged weight", _merges, 2),
        Property("what was handed over stays as it was", _keeps_weight, 1),
    ),
)  # fmt: skip
