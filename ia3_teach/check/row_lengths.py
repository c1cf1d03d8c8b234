"""Check of DoRA's weight: the length of each row apart from its direction, and a norm that is held still."""

import torch
from torch import Tensor

from ia3_teach.check.comparing import different, same
from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import keeps_format, untouched, values
from ia3_teach.check.lora_layer import product
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property


def _moved(W: Tensor, A: Tensor, B: Tensor, scaling: float) -> Tensor:
    """V = W + s B A."""
    return W + scaling * product(B, A)


def _rows(V: Tensor, lengths: Tensor, m: Tensor) -> Tensor:
    return torch.stack([m_j / n_j * row for row, n_j, m_j in zip(V, lengths, m, strict=True)])


def _lengths(V: Tensor) -> Tensor:
    return torch.stack([(row * row).sum().sqrt() for row in V])


def _whole(W: Tensor, A: Tensor, B: Tensor, m: Tensor, scaling: float) -> Tensor:
    V = _moved(W, A, B, scaling)
    return _rows(V, _lengths(V).detach(), m)


def _attached(W: Tensor, A: Tensor, B: Tensor, m: Tensor, scaling: float) -> Tensor:
    """The same with the norm in backward."""
    V = _moved(W, A, B, scaling)
    return _rows(V, _lengths(V), m)


KNOWN = {
    "the norm is that of each row, one per output; that of each column was taken":
        lambda W, A, B, m, s: m[:, None] * _moved(W, A, B, s) / _moved(W, A, B, s).norm(dim=0),
    "the norm is that of each row; one norm was taken of the whole matrix":
        lambda W, A, B, m, s: m[:, None] * _moved(W, A, B, s) / _moved(W, A, B, s).norm(),
    "the norm is that of V = W + s B A, not that of W":
        lambda W, A, B, m, s: _rows(_moved(W, A, B, s), _lengths(W), m),
    "the root is missing: the norm is the root of the sum of squares":
        lambda W, A, B, m, s: _rows(_moved(W, A, B, s), _lengths(_moved(W, A, B, s)) ** 2, m),
    "the norm is the root of the sum of squares; the sizes were summed":
        lambda W, A, B, m, s: _rows(_moved(W, A, B, s), _moved(W, A, B, s).abs().sum(1), m),
    "m is missing: every row has length 1": lambda W, A, B, m, s: _whole(W, A, B, torch.ones_like(m), s),
    "V was not brought to length 1 before m": lambda W, A, B, m, s: m[:, None] * _moved(W, A, B, s),
    "that is V, LoRA's weight: its rows still have their own lengths":
        lambda W, A, B, m, s: _moved(W, A, B, s),
    "the scaling s is missing, or multiplies W as well": lambda W, A, B, m, s: _whole(W, A, B, m, 1.0),
    "W is missing in V = W + s B A": lambda W, A, B, m, s: _whole(0 * W, A, B, m, s),
    "m multiplies the rows; it was laid along the columns":
        lambda W, A, B, m, s: m * _moved(W, A, B, s) / _lengths(_moved(W, A, B, s))[:, None],
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(d_out: int, d_in: int, r: int, dtype: torch.dtype = torch.float32) -> dict:
        W, A, B = (draw.tensor(*shape, dtype=dtype) for shape in ((d_out, d_in), (r, d_in), (d_out, r)))
        tolerance = 1e-4 if dtype == torch.float32 else 1e-5
        scaling = draw.real(1.3, 2.7)
        m = draw.factors(d_out, dtype)
        m[1::2] *= -1
        return case(W, A, B, m, scaling, gradient=(1, 2, 3), tolerance=tolerance)

    return {
        "3 -> 3, r = 2": one(3, 3, 2), "5 -> 2, r = 1": one(2, 5, 1), "2 -> 6, r = 3": one(6, 2, 3),
        "4 -> 4, r = 2": one(4, 4, 2), "float64": one(4, 3, 2, dtype=torch.float64),
    }  # fmt: skip


ALL = tuple(_cases(0))
NAMES = ("A", "B", "m")


def _slopes(formula: object, seen: Seen, name: str) -> list[Tensor]:
    W, *trained, scaling = seen.arguments(name)
    inputs = [part.double().requires_grad_() for part in trained]
    value = formula(W.double(), *inputs, scaling)
    total = (value * torch.linspace(1, 2, value.numel(), dtype=torch.float64).view(value.shape)).sum()
    found = torch.autograd.grad(total, inputs, allow_unused=True)
    return [torch.zeros_like(part) if g is None else g for part, g in zip(inputs, found, strict=True)]


def _norm_is_held_still(seen: Seen) -> None:
    for name in ALL:
        seen[name]
        wanted, attached = (_slopes(formula, seen, name) for formula in (_whole, _attached))
        found = seen.note(name, "gradients")
        for so_called, gradient, right, other in zip(NAMES, found, wanted, attached, strict=True):
            what = f"a gradient at {so_called} ({name})"
            too_much = "detach the norm alone: V itself and m are learned"
            expect(isinstance(gradient, Tensor), what, "none arrives", too_much)
            if not same(gradient, right, 1e-3):
                hint = "the norm counts as a constant in backward: detach it"
                known = same(gradient, other, 1e-3)
                raise different(gradient, right, what, hint if known else too_much, known=known)


dora_weight = Exercise(
    "lesson_12.dora_weight", "dora_weight", _cases, call_each,
    (
        values("row j has the direction of V = W + s B A and the length m[j]", ALL, _whole, "the new weight",
               "V first, then the norm of each of its rows, then m", KNOWN),
        Property("the norm counts as a constant in backward", _norm_is_held_still),
        keeps_format(ALL[-1:], 0, lambda value: value, "the new weight"),
        untouched(ALL, {0: "W", 1: "A", 2: "B", 3: "m"}, "{} was changed in place: W is frozen"),
    ),
)  # fmt: skip
