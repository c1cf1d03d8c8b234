"""Check of merging in place with a way back (exercise 8.2)."""

import torch
from torch import Tensor

from ia3_teach.check.comparing import different, same
from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import EITHER
from ia3_teach.check.layer_properties import reached
from ia3_teach.check.probing.calls import case
from ia3_teach.check.probing.merging import undone_merges
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property
from ia3_teach.wording import with_article


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(d_out: int, d_in: int, dtype: torch.dtype = torch.float32, odd: tuple[float, ...] = ()) -> dict:
        vectors = [draw.factors(d_out), draw.factors(d_out)]
        for l in vectors:
            for place, value in enumerate(odd):
                l[place] = value
        weights = [draw.tensor(d_out, d_in, dtype=dtype) for _ in range(2)]
        biases = [draw.tensor(d_out, low=1, high=3, dtype=dtype) for _ in range(2)]
        return case(weights, biases, vectors, tolerance=1e-5 if dtype == torch.float32 else 2e-2)

    return {
        "two square layers": one(16, 16), "two tall layers": one(5, 3), "bfloat16": one(16, 16,
        torch.bfloat16),
        "float16": one(16, 16, torch.float16), "a factor of 0": one(6, 6, odd=(0.0,)),
        "negative factors": one(4, 6, odd=(-1.5, -0.3)), "a factor of infinity": one(4, 4, odd=(torch.inf,
        0.0)),
    }  # fmt: skip


ALL = tuple(_cases(0))
PLAIN, TALL, *_ = ALL
MERGED = tuple(name for name in ALL if "infinity" not in name)


def _returns_a_function(seen: Seen) -> None:
    for name in ALL:
        found = reached(seen, name, "callable")
        mistake = "return the inner function itself: `return undo`, without parentheses"
        came = with_article(seen.note(name, "kind"))
        expect(all(found), "a function that takes no argument", came, mistake)


def _folds_in(seen: Seen) -> None:
    for name in MERGED:
        weights, biases, vectors = seen.arguments(name)
        together = zip(reached(seen, name, "merged"), weights, biases, vectors, strict=True)
        for (weight, bias), old, old_bias, l in together:
            w, b, f = old.double(), old_bias.double(), l.double()
            known = {
                "the layer was left unmerged": w, "the rows were divided, not multiplied": w / f[:, None],
                "rows whose factor is 0 were left as they were: 0 times a row is a row of zeros":
                    torch.where(f[:, None] == 0, w, f[:, None] * w),
            }  # fmt: skip
            if len(l) == w.shape[1]:
                known["the columns were scaled, not the rows"] = w * f
            _compare(
                weight,
                f[:, None] * w,
                f"the merged weight ({name})",
                "W'[j, i] = l[j] W[j, i]",
                known,
                seen,
                name,
            )
            mistake = "a factor of 0 gives zeros, not small numbers: add nothing to l"
            zeros = bool((weight[l == 0] == 0).all())
            expect(zeros, f"rows of zeros where l is 0 ({name})", describe(weight), mistake)
            known = {"the bias was not merged: l multiplies W x + b": b}
            _compare(bias, f * b, f"the merged bias ({name})", "b'[j] = l[j] b[j]", known, seen, name)
    for name in ALL:
        mistake = "write into the old ones (copy_, mul_): whoever holds them would keep what was there"
        in_place = all(reached(seen, name, "in place"))
        expect(in_place, f"the layer's own weight and bias, in place ({name})", "new Parameters", mistake)


def _compare(
    found: Tensor, wanted: Tensor, what: str, hint: str, known: dict[str, Tensor], seen: Seen, name: str
) -> None:
    tolerance = seen.cases[name]["tolerance"]
    if not same(found, wanted, tolerance):
        mistake = EITHER.join(text for text, value in known.items() if same(found, value, tolerance))
        raise different(found, wanted, what, mistake or hint, known=bool(mistake))


def _brings_zeros_back(seen: Seen) -> None:
    name = "a factor of 0"
    (old, *_), (_, (l, _)) = seen.arguments(name)[0], seen.arguments(name)[1:]
    weight = reached(seen, name, "undone")[0][0]
    divided = "0 / 0 is NaN: no division brings a row back that was multiplied by 0"
    what = "row 0 as it was, whose factor is 0"
    expect(bool(weight[0].isfinite().all()), what, "NaN or inf in row 0", divided)
    if same(weight, l[:, None] * old, 1e-6):
        mistake = (
            "undo() changed nothing: it has to copy back a clone made before the merge "
            "(a second name for the same tensor is no copy)"
        )
    else:
        mistake = "the row that was multiplied by 0 is gone: a small number added to l does not bring it back"
    expect(bool((weight[0] != 0).any()), what, "zeros in row 0", mistake)


def _brings_every_bit_back(seen: Seen) -> None:
    for name in ALL:
        weights, biases, _ = seen.arguments(name)
        for number, (weight, bias) in enumerate(reached(seen, name, "undone")):
            old, which = weights[number], ("the first of two layers", "the second of two layers")[number]
            expect(weight.dtype == old.dtype, f"{old.dtype} after undo() ({name})", f"{weight.dtype}",
                   "copy into the old tensor: copy_")  # fmt: skip
            wrong = int((weight != old).sum()) if weight.shape == old.shape else old.numel()
            expect(wrong == 0, f"{old.numel()} weights as they were, {which} ({name})", f"{wrong} changed",
                   _why(weight, weights, number, name))  # fmt: skip
            same_bias = torch.equal(bias, biases[number])
            mistake = "the bias has to come back as well, bit for bit: keep a copy of it, too"
            expect(same_bias, f"the bias as it was, {which} ({name})", "another bias", mistake)


def _twice_is_once(seen: Seen) -> None:
    for name in ALL:
        weights, biases, _ = seen.arguments(name)
        weight, bias = reached(seen, name, "undone twice")
        kept = torch.equal(weight, weights[1]) and torch.equal(bias, biases[1])
        mistake = "a second undo() took the layer away from the original again: it only ever brings that back"
        expect(kept, f"the old weight and bias after a second undo() ({name})", "others", mistake)


def _why(weight: Tensor, weights: list[Tensor], number: int, name: str) -> str:
    other = weights[1 - number]
    if torch.equal(weight, other):
        return "the other layer's weight came back: each undo() keeps the tensors of its own call"
    if same(weight, weights[number], 0.1):
        return "the way back rounds: keep the original tensor, in its format, instead of computing it again"
    return "keep a clone of the original tensor, and copy it back"


def _can_be_repeated(seen: Seen) -> None:
    for name in MERGED:
        weights, biases, (first, second) = seen.arguments(name)
        weight = reached(seen, name, "merged again")[0]
        old, tolerance = weights[0].double(), seen.cases[name]["tolerance"]
        if not same(weight, second.double()[:, None] * old, tolerance):
            raise different(weight, second.double()[:, None] * old, f"the weight merged again ({name})",
                            "start from the original")  # fmt: skip
        weight = reached(seen, name, "inner undone")[0]
        wanted = reached(seen, name, "merged")[0][0]
        mistake = "undo() goes back to what its own call found, not to what an earlier call found"
        expect(same(weight, wanted, tolerance), f"one merge left of two ({name})", describe(weight), mistake)
        weight, bias = reached(seen, name, "undone again")
        kept = torch.equal(weight, weights[0]) and torch.equal(bias, biases[0])
        expect(kept, f"the old weight and bias ({name})", "others", "undo both times, each one its own call")


def _leaves_l_alone(seen: Seen) -> None:
    for name in ALL:
        for found, l in zip(reached(seen, name, "vectors"), seen.arguments(name)[2], strict=True):
            kept = found.shape == l.shape and torch.equal(found, l)
            expect(
                kept, f"l as it was ({name})", describe(found), "l was changed in place: make a new tensor"
            )


merge_with_undo = Exercise(
    "lesson_08.merge_with_undo", "merge_with_undo", _cases, undone_merges,
    (
        Property("a function comes back", _returns_a_function),
        Property("afterwards the layer computes l * (W x + b)", _folds_in),
        Property("undo() brings back rows whose factor was 0", _brings_zeros_back),
        Property("undo() restores weight and bias bit for bit, in every format", _brings_every_bit_back),
        Property("a second undo() changes nothing any more", _twice_is_once),
        Property("merging and undoing again, also one in the other, works as the first time",
        _can_be_repeated),
        Property("l stays as it is", _leaves_l_alone),
    ),
)  # fmt: skip
