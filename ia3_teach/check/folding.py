"""Check of folding a vector into a Linear's weight and bias (exercise 2.3)."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import first_of, keeps_format, second_of, untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise

Bias = Tensor | None


def _scaled_rows(weight: Tensor, l: Tensor) -> Tensor:
    return torch.stack([row * factor for row, factor in zip(weight, l, strict=True)])


def _scaled_columns(weight: Tensor, l: Tensor) -> Tensor:
    return _scaled_rows(weight.T, l).T


def _weight(weight: Tensor, bias: Bias, l: Tensor, side: str) -> Tensor:
    return (_scaled_rows if side == "out" else _scaled_columns)(weight, l)


def _bias(weight: Tensor, bias: Bias, l: Tensor, side: str) -> Bias:
    return (
        bias if bias is None or side == "in" else torch.stack([b * f for b, f in zip(bias, l, strict=True)])
    )


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(d_out: int, d_in: int, side: str, bias: bool = True, dtype: torch.dtype = torch.float32) -> dict:
        l = draw.factors(d_out if side == "out" else d_in, dtype)
        b = draw.tensor(d_out, low=1, high=4, dtype=dtype) if bias else None
        return case(
            draw.tensor(d_out, d_in, dtype=dtype),
            b,
            l,
            side,
            tolerance=1e-5 if dtype == torch.float32 else 1e-12,
        )

    signed = {side: case(draw.tensor(3, 3), draw.tensor(3), draw.signed(3), side) for side in ("out", "in")}
    sizes = {"square": (3, 3), "tall": (5, 2), "wide": (2, 4), "one output": (1, 3), "one input": (3, 1)}
    cases = {
        f"{kind}, side {side}": one(*size, side) for kind, size in sizes.items() for side in ("out", "in")
    }
    cases |= {f"no bias, side {side}": one(3, 3, side, bias=False) for side in ("out", "in")}
    cases |= {f"no bias, wide, side {side}": one(2, 4, side, bias=False) for side in ("out", "in")}
    cases |= {f"negative factors and a zero, side {side}": one_case for side, one_case in signed.items()}
    for side, length in (("out", 3), ("in", 2)):
        zeros = case(draw.tensor(3, 2), torch.zeros(3), draw.factors(length), side)
        cases[f"a bias of zeros, side {side}"] = zeros
    return cases | {f"float64, side {side}": one(4, 3, side, dtype=torch.float64) for side in ("out", "in")}


ALL = tuple(_cases(0))
OUT, IN = (tuple(name for name in ALL if name.endswith(f"side {side}")) for side in ("out", "in"))
WITH_BIAS = {
    side: tuple(n for n in names if not n.startswith("no bias")) for side, names in (("out", OUT), ("in", IN))
}
WITHOUT = tuple(name for name in ALL if name.startswith("no bias"))
PAIR = "(weight, bias)"
UNCHANGED = {"the weight came back as it was": lambda weight, bias, l, side: weight}
fold = Exercise(
    "lesson_02.fold", "fold", _cases, call_each,
    (
        values('side "out": row j of the weight is multiplied by l[j]', OUT, _weight,
        'the weight, side "out"',
               "W'[j, i] = l[j] W[j, i]", UNCHANGED | {
                   'side "out" scaled the columns: an output is a row of W':
                       lambda weight, bias, l, side: weight * l}, first_of(PAIR)),
        values('side "out": the bias is multiplied too', WITH_BIAS["out"], _bias, 'the bias, side "out"',
               "b'[j] = l[j] b[j]", {
                   "the bias was forgotten: l multiplies W x + b, so b as well": lambda weight, bias, l,
                   side: bias,
                   "the bias is gone: return both, weight and bias": lambda weight, bias, l, side: None,
                   "the bias was scaled twice": lambda weight, bias, l, side: l * l * bias}, second_of(PAIR)),
        values('side "in": column i of the weight is multiplied by l[i]', IN, _weight,
        'the weight, side "in"',
               "W'[j, i] = W[j, i] l[i]", UNCHANGED | {
                   'side "in" scaled the rows: an input is a column of W':
                       lambda weight, bias, l, side: l[:, None] * weight}, first_of(PAIR)),
        values('side "in": the bias stays as it is', WITH_BIAS["in"], _bias, 'the bias, side "in"',
               "return the bias as it came", {
                   "the bias is gone: return both, weight and bias": lambda weight, bias, l, side: None,
                   "the bias was scaled on the input side: b is added after l has done its work":
                       lambda weight, bias, l, side: l * bias}, second_of(PAIR)),
        values("a layer without bias stays without", WITHOUT, _bias, "the bias",
               "a missing bias stays missing: return None for it", {}, second_of(PAIR)),
        keeps_format(ALL[-2:], 0, first_of(PAIR), "the weight"),
        keeps_format(ALL[-2:], 1, second_of(PAIR), "the bias"),
        untouched(ALL, {0: "weight", 1: "bias", 2: "l"},
                  "the frozen tensors, or l, were overwritten: make new ones (no *=, nothing that ends "
                  "in _)"),
    ),
)  # fmt: skip
