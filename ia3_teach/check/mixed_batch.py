"""Check of a batch in which every row has its own vector (exercise 8.3)."""

import torch
from torch import Tensor

from ia3_teach.check.comparing import same
from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import keeps_format, untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

Vectors = dict[str, Tensor]
Names = list[str | None]


def _row_by_row(y: Tensor, vectors: Vectors, names: Names) -> Tensor:
    """The truth, one row after the other."""
    rows = [row if name is None else row * vectors[name] for row, name in zip(y, names, strict=True)]
    return torch.stack(rows)


def _factors(y: Tensor, vectors: Vectors, names: Names, bare: float = 1.0) -> Tensor:
    return torch.stack([vectors.get(name, torch.full((y.shape[-1],), bare).double()) for name in names])


def _firsts(names: Names) -> Names:
    """None in place of a name that came before."""
    return [name if names.index(name) == row else None for row, name in enumerate(names)]


def _in_order(y: Tensor, vectors: Vectors, names: Names) -> Tensor:
    """Vectors in the order of the dict, one after the other."""
    listed = list(vectors.values())
    return y * torch.stack([listed[i % len(listed)] for i in range(len(y))])[:, None]


KNOWN = {
    "the factors run over positions: (B, d) lines up with (T, d); make it (B, 1, d)":
        lambda y, vectors, names: y * _factors(y, vectors, names),
    "the factors were laid along the tokens: (B, d, 1) scales tokens":
        lambda y, vectors, names: y * _factors(y, vectors, names)[:, :, None],
    "None silences its row: the bare model's factor is 1, not 0":
        lambda y, vectors, names: y * _factors(y, vectors, names, 0.0)[:, None],
    "every row got the first row's adapter": lambda y, vectors, names: y * _factors(y, vectors, names[:1]),
    "every row got the last row's adapter": lambda y, vectors, names: y * _factors(y, vectors, names[-1:]),
    "every row got all adapters: the product of the vectors":
        lambda y, vectors, names: y * torch.stack(list(vectors.values())).prod(0),
    "the vectors were taken in the order of the dict: look each name up": _in_order,
    "nothing was scaled": lambda y, vectors, names: y,
    "a name that comes twice scaled its first row alone: names.index finds no other, enumerate gives all":
        lambda y, vectors, names: _row_by_row(y, vectors, _firsts(names)),
    "only the first token of each row was scaled": lambda y, vectors, names: torch.cat(
        [_row_by_row(y[:, :1], vectors, names), y[:, 1:]], 1),
    "rows without an adapter were dropped: they come back as they are":
        lambda y, vectors, names: _row_by_row(y, vectors, names)[[name is not None for name in names]],
    "the names were put into another order: row i belongs to names[i]":
        lambda y, vectors, names: _row_by_row(y, vectors, sorted(names, key=str)),
    "None got an adapter: such a row is left as it is":
        lambda y, vectors, names: _row_by_row(y, vectors, [name or next(iter(vectors)) for name in names]),
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)
    a, b, c, typo = draw.words(4)

    def one(
        B: int, T: int, d: int, names: Names, signed: bool = False, dtype=torch.float32, of_y=None
    ) -> dict:
        make = draw.signed if signed else draw.factors
        vectors = {name: make(d, dtype) for name in (a, b, c)}
        y = draw.tensor(B, T, d, low=1, high=5, dtype=of_y or dtype)
        return case(y, vectors, names, tolerance=2e-2 if y.dtype == torch.bfloat16 else 1e-5)

    known = one(3, 2, 4, [a, b, c])
    empty = case(draw.tensor(2, 3, 4), {}, [None, typo])
    return {
        "B = T = d": one(4, 4, 4, [b, None, a, b]),
        "the same sizes, other names": one(4, 4, 4, [None, c, b, c]),
        "three rows of two tokens": one(3, 2, 5, [a, b, None]),
        "one row": one(1, 3, 2, [c]),
        "six rows": one(6, 1, 3, [c, c, None, a, b, None]),
        "negative factors and a zero": one(2, 3, 5, [b, a], signed=True),
        "float64": one(2, 3, 4, [a, b], dtype=torch.float64),
        "bfloat16": one(2, 3, 4, [a, None], dtype=torch.bfloat16),
        "bfloat16 beside vectors of float32": one(2, 3, 4, [None, b], of_y=torch.bfloat16),
        "None alone": one(4, 4, 4, [None] * 4),
        "None alone and no vectors": case(draw.tensor(2, 3, 4), {}, [None, None]),
        "an unknown name": case(known["arguments"][0], known["arguments"][1], [a, typo, b]),
        "an unknown name and no vectors": empty,
        "an empty name": case(known["arguments"][0], known["arguments"][1], [a, "", b]),
    }


ALL = tuple(_cases(0))
RIGHT, BARE, UNKNOWN = ALL[:9], ALL[9:11], ALL[11:]


def _refuses_unknown_names(seen: Seen) -> None:
    for name in UNKNOWN:
        error = seen.error(name)
        if error is not None and error["ended"] is None:
            continue
        found = seen[name]  # where it ran without end, this says so
        y, vectors, names = seen.arguments(name)
        bare = _row_by_row(y, vectors, [one if one in vectors else None for one in names])
        mistake = "no vector has this name: look it up with [], which raises a KeyError"
        if same(found, bare, 1e-4):
            mistake = "a misspelt name went through as the bare model: let `vectors[name]` raise its KeyError"
            mistake = "an empty text is a name too: ask `is None`" if name == ALL[-1] else mistake
        expect(False, f"an error ({name})", describe(found), mistake)


scale_rows = Exercise(
    "lesson_08.scale_rows", "scale_rows", _cases, call_each,
    (
        values("row i is multiplied by the vector of names[i], whatever B and T are", RIGHT, _row_by_row,
               "the scaled batch", "compare row by row", KNOWN),
        values("a batch of None alone comes back as it is", BARE, _row_by_row, "a batch without adapters",
               "None means ones", KNOWN),
        Property("a name without a vector is an error and not the bare model", _refuses_unknown_names),
        untouched(RIGHT, {0: "y", 1: "vectors", 2: "names"}, "{} was changed in place: make a new tensor"),
        keeps_format(("float64", "bfloat16"), 0, lambda value: value, "the scaled batch"),
    ),
)  # fmt: skip
