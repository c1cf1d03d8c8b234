"""Checks of lesson 08: merging into a Linear of any format, taking it back, and batches of many tasks."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from ia3_teach.check.comparing import NOTHING, different, same
from ia3_teach.check.core import expect, expect_equal
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import explaining
from ia3_teach.check.layer_properties import reached
from ia3_teach.check.mixed_batch import scale_rows
from ia3_teach.check.probing.calls import case
from ia3_teach.check.probing.merging import merged_layers
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property
from ia3_teach.check.undoing import merge_with_undo
from ia3_teach.wording import with_article

__all__ = ["merge_linear", "merge_with_undo", "scale_rows"]
Bias = Tensor | None
Formula = Callable[[Tensor, Bias, Tensor], Bias]


def _rows(weight: Tensor, bias: Bias, l: Tensor) -> Tensor:
    return l[:, None] * weight


def _columns(weight: Tensor, bias: Bias, l: Tensor) -> Tensor:
    return weight * l


def _scaled(weight: Tensor, bias: Bias, l: Tensor) -> Bias:
    return None if bias is None else bias * l


def _kept(weight: Tensor, bias: Bias, l: Tensor) -> Bias:
    return bias


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(d_out: int, d_in: int, side: str, dtype: torch.dtype = torch.float32, bias: bool = True,
            signed: bool = False, size: float = 2.0) -> dict:  # fmt: skip
        length = d_out if side == "out" else d_in
        l = draw.signed(length) if signed else draw.factors(length)
        b = draw.tensor(d_out, low=1, high=3, dtype=dtype) if bias else None
        weight = draw.tensor(d_out, d_in, low=-size, high=size, dtype=dtype)
        return case(weight, b, l, side, tolerance=1e-5 if dtype == torch.float32 else 1e-2)

    cases = {}
    for side in ("out", "in"):
        cases |= {
            f'square, side "{side}"': one(3, 3, side), f'wide, side "{side}"': one(2, 5, side),
            f'tall, side "{side}"': one(6, 4, side), f'no bias, side "{side}"': one(3, 3, side, bias=False),
            f'negative factors and a zero, side "{side}"': one(4, 3, side, signed=True),
            f'bfloat16, side "{side}"': one(12, 12, side, torch.bfloat16),
            f'large values in bfloat16, side "{side}"': one(12, 12, side, torch.bfloat16, size=1e6),
            f'float16, side "{side}"': one(12, 12, side, torch.float16),
            f'bfloat16 without bias, side "{side}"': one(3, 5, side, torch.bfloat16, bias=False),
        }  # fmt: skip
    return cases


ALL = tuple(_cases(0))
OUT, IN = (tuple(name for name in ALL if name.endswith(f'"{side}"')) for side in ("out", "in"))
HALF = tuple(name for name in ALL if "float16" in name)


def _is_plain(seen: Seen) -> None:
    for name in ALL:
        mistake = "make one with nn.Linear(in_features, out_features, bias=...) and return it"
        mistake = NOTHING if seen.note(name, "kind") == "NoneType" else mistake
        plain = reached(seen, name, "plain")
        expect(plain, "a plain nn.Linear", with_article(seen.note(name, "kind")), mistake)
        weight = seen.arguments(name)[0]
        mistake = (
            "nn.Linear(in_features, out_features): the weight has the shape (out, in), the other way round"
        )
        expect_equal(reached(seen, name, "sizes"), list(weight.shape[::-1]), f"[in, out] ({name})", mistake)


def _close(
    text: str,
    on: Sequence[str],
    note: str,
    formula: Formula,
    what: str,
    hint: str,
    known: Mapping[str, Formula],
) -> Property:
    """The note is the formula up to rounding; that it is rounded once is another property."""

    def judge(seen: Seen) -> None:
        def fits(wrong: Formula, name: str) -> bool:
            guess = _exact(wrong, seen, name)
            tolerance = seen.cases[name]["tolerance"]
            return same(reached(seen, name, note), guess, tolerance, equal_nan=True)

        for name in on:
            found, wanted = reached(seen, name, note), _exact(formula, seen, name)
            if same(found, wanted, seen.cases[name]["tolerance"]):
                continue
            mistake = explaining(known, fits, [name, *on])
            if wanted is None or found is None:
                missing = (
                    "a layer with a bias keeps one"
                    if found is None
                    else "nn.Linear(..., bias=False) has none"
                )
                expect(False, f"{what} ({name}) = {describe(wanted)}", describe(found), missing)
            raise different(found, wanted, f"{what} ({name})", mistake or hint, known=bool(mistake))

    return Property(text, judge)


def _exact(formula: Formula, seen: Seen, name: str) -> Bias:
    weight, bias, l, _ = seen.arguments(name)
    return formula(weight.double(), None if bias is None else bias.double(), l.double())


def _keeps_the_format(seen: Seen) -> None:
    for name in ALL:
        wanted = seen.arguments(name)[0].dtype
        for kind in ("weight", "bias"):
            found = reached(seen, name, f"new {kind}")
            if found is None:
                continue
            grown = "cast the product back: a merged bfloat16 model is not twice as large as before"
            other = f"{found.dtype} is another format of the same size: take linear.weight.dtype"
            mistake = grown if found.dtype.itemsize > wanted.itemsize else other
            expect_equal(found.dtype, wanted, f"the dtype of the {kind} ({name})", mistake)


def _keeps_zeros(seen: Seen) -> None:
    for name in ALL:
        l, side = seen.arguments(name)[2:]
        new = reached(seen, name, "new weight")
        zeros = (new if side == "out" else new.T)[l == 0]
        mistake = "a factor of 0 gives zeros, not small numbers: add nothing to l"
        expect(bool((zeros == 0).all()), f"zeros where l is 0 ({name})", describe(zeros), mistake)


def _rounds_once(seen: Seen) -> None:
    for name in HALF:
        weight, bias, l, side = seen.arguments(name)
        factor = l[:, None] if side == "out" else l
        right, early = (weight.float() * factor).to(weight.dtype), weight * factor.to(weight.dtype)
        found = reached(seen, name, "new weight")
        mistake = "round the product, nothing before it, and to the layer's format at once"
        if torch.equal(found, early):
            mistake = f"l was rounded to {weight.dtype} first: multiply in float32, and round the product"
        wrong = int((found != right).sum())
        what = f"{right.numel()} weights rounded once ({name})"
        expect(wrong == 0, what, f"{wrong} of them are not the nearest number of the format", mistake)
        if bias is not None:
            right = (bias.float() * l).to(bias.dtype) if side == "out" else bias
            same_bits = torch.equal(reached(seen, name, "new bias"), right)
            expect(same_bits, f"the bias rounded once ({name})", "another bias", mistake)


def _leaves_the_rest(seen: Seen) -> None:
    mistake = "the original was overwritten, or shares its memory: the new layer needs tensors of its own"
    for name in ALL:
        weight, bias, l, _ = seen.arguments(name)
        now = reached(seen, name, "weight")
        kept = now.dtype == weight.dtype and torch.equal(now, weight)
        expect(kept, f"the old weight as it was ({name})", "another", mistake)
        old = reached(seen, name, "bias")
        expect(
            old is bias is None or bool(torch.equal(old, bias)),
            f"the old bias as it was ({name})",
            "another",
            mistake,
        )
        now = reached(seen, name, "l")
        kept = now.shape == l.shape and torch.equal(now, l)
        expect(kept, f"l as it was ({name})", describe(now), "l was changed in place: make a new tensor")


LOST = {"the sign of negative factors was lost": lambda w, b, l: l.abs()[:, None] * w}
merge_linear = Exercise(
    "lesson_08.merge_linear", "merge_linear", _cases, merged_layers,
    (
        Property("the result is a plain Linear of the same sizes", _is_plain),
        _close('side "out": output j is multiplied by l[j]', OUT, "new weight", _rows, "the weight",
               "W'[j, i] = l[j] W[j, i]", {
                   'side "out" scaled the columns: an output is a row of W': _columns,
                   "the weight came back as it was": lambda w, b, l: w} | LOST),
        _close('side "out": the bias is multiplied too; no bias stays none', OUT, "new bias", _scaled,
        "the bias",
               "b'[j] = l[j] b[j]", {"the bias was forgotten: l multiplies W x + b, so b as well": _kept}),
        _close('side "in": input i is multiplied by l[i]', IN, "new weight", _columns, "the weight",
               "W'[j, i] = W[j, i] l[i]", {
                   'side "in" scaled the rows: an input is a column of W': _rows,
                   "the weight came back as it was": lambda w, b, l: w,
                   "the sign of negative factors was lost": lambda w, b, l: w * l.abs()}),
        _close('side "in": the bias is multiplied by nothing', IN, "new bias", _kept, "the bias",
               "the bias stays as it is", {
                   "the bias was scaled on the input side: b is added after l has done its work": _scaled}),
        Property("the layer keeps its format", _keeps_the_format),
        Property("where l is 0 there are zeros", _keeps_zeros),
        Property("the product is computed in float32 and rounded once", _rounds_once),
        Property("the layer and the vector that were handed over are not changed", _leaves_the_rest),
    ),
)  # fmt: skip
