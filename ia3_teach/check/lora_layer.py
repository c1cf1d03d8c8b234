"""The check of a LoRA layer: shapes, start, what is trained, and the formula."""

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_shape
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.layer_properties import IN_USE, SAME, holds, keeps_the_base, learns, noted, reached
from ia3_teach.check.probing.calls import case
from ia3_teach.check.probing.layers import low_rank_layer
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

__all__ = ["lora_linear"]
Bias = Tensor | None


def product(B: Tensor, A: Tensor) -> Tensor:
    """B A entry by entry."""
    rows = [[sum(B[i, k] * A[k, j] for k in range(len(A))) for j in range(A.shape[1])] for i in range(len(B))]
    return torch.stack([torch.stack(row) for row in rows])


def _base(w: Tensor, b: Bias, x: Tensor) -> Tensor:
    return torch.stack([(x * row).sum(-1) for row in w], -1) + (0 if b is None else b)


def _path(x: Tensor, A: Tensor, B: Tensor) -> Tensor:
    return _base(product(B, A), None, x)


def _whole(w: Tensor, b: Bias, r: int, alpha: float, x: Tensor, A: Tensor, B: Tensor) -> Tensor:
    return _base(w, b, x) + alpha / r * _path(x, A, B)


def _again(w: Tensor, b: Bias, r: int, alpha: float, x: Tensor, A: Tensor, B: Tensor) -> Tensor:
    """After both were multiplied by -2."""
    return _base(w, b, x) + alpha / r * 4 * _path(x, A, B)


def _start(w: Tensor, b: Bias, r: int, alpha: float, x: Tensor, A: Tensor, B: Tensor) -> Tensor:
    return _base(w, b, x)


def _gradient(w: Tensor, b: Bias, r: int, alpha: float, x: Tensor, A: Tensor, B: Tensor) -> dict[str, Tensor]:
    A, B, x = (tensor.clone().requires_grad_() for tensor in (A, B, x))
    total = _whole(w, b, r, alpha, x, A, B).square().sum()
    return dict(zip("ABx", torch.autograd.grad(total, (A, B, x)), strict=True))


KNOWN = {
    "the scaling alpha / r is missing": lambda w, b, r, alpha, x, A, B: _base(w, b, x) + _path(x, A, B),
    "the scaling is alpha / r, not alpha": lambda w, b, r, alpha, x, A, B: _base(w, b, x) + alpha * _path(x,
    A, B),
    "the scaling is alpha / r, not r / alpha":
        lambda w, b, r, alpha, x, A, B: _base(w, b, x) + r / alpha * _path(x, A, B),
    "the scaling is alpha / r, and was rounded to a whole number":
        lambda w, b, r, alpha, x, A, B: _base(w, b, x) + alpha // r * _path(x, A, B),
    "the base's own output is missing": lambda w, b, r, alpha, x, A, B: alpha / r * _path(x, A, B),
    "the bias of the base is missing": lambda w, b, r, alpha, x, A, B: _whole(w, None, r, alpha, x, A, B),
    "the path was subtracted; it is added": lambda w, b, r, alpha, x, A, B: _base(w, b,
    x) - alpha / r * _path(x, A, B),
    "A and B have no effect, or B A was multiplied once and for all, in __init__": _start,
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(d_in: int, d_out: int, r: int, *batch: int, bias: bool = True) -> dict:
        b = draw.tensor(d_out, low=1, high=3) if bias else None
        A, B, alpha = draw.tensor(r, d_in), draw.tensor(d_out, r), r * (draw.number(2, 5) + 0.5)
        return case(draw.tensor(d_out, d_in), b, r, alpha, draw.tensor(*batch, d_in), A, B, tolerance=1e-4)

    return {
        "Linear 4 -> 3, r = 2": one(4, 3, 2, 5), "Linear 3 -> 5, r = 1": one(3, 5, 1, 2, 4),
        "Linear 4 -> 4, r = 3": one(4, 4, 3, 3), "no bias": one(5, 2, 2, 3, bias=False), "one input": one(6,
        3, 2),
    }  # fmt: skip


ALL = tuple(_cases(0))


def _has_both_matrices(seen: Seen) -> None:
    for name in ALL:
        found = reached(seen, name, "parameter")
        mistake = "without nn.Parameter no optimizer finds them"
        are = all(found.values()) and bool(seen.note(name, "module"))
        expect(are, "self.A and self.B are nn.Parameter", describe(found), mistake)
        held, (*_, A, B) = reached(seen, name, "values"), seen.arguments(name)
        swapped = "A and B have changed places: A reads x (d_in), B writes y (d_out)"
        changed = held["A"].shape in (B.shape, A.T.shape) or held["B"].shape in (A.shape, B.T.shape)
        mistake = swapped if changed else "write both shapes down: A reads x (d_in), B writes y (d_out)"
        expect_shape(held["A"], tuple(A.shape), f"A ({name})", mistake)
        expect_shape(held["B"], tuple(B.shape), f"B ({name})", mistake)


def _can_start_to_learn(seen: Seen) -> None:
    for name in ALL:
        A = reached(seen, name, "values")["A"]
        mistake = "with A = 0 and B = 0 both gradients are 0 for ever: only B starts at zero"
        expect(bool(A.abs().sum() > 0), "random values in A", "A is zero", mistake)
        mistake = "A is to start with SMALL random values, of about the size of 1, or less"
        expect(
            bool(A.isfinite().all() and A.abs().max() < 8), "small random values in A", describe(A), mistake
        )
        same = A.numel() > 1 and bool((A == A.flatten()[0]).all())
        expect(
            not same,
            "random values in A",
            describe(A),
            "all entries are the same: draw them, with randn or so",
        )
        mistake = "equal rows stay equal in training, so that the rank is 1: draw every entry"
        expect(len(A.unique(dim=0)) == len(A), f"rows of A that differ ({name})", describe(A), mistake)


def _starts_at_zero(seen: Seen) -> None:
    for name in ALL:
        B = reached(seen, name, "values")["B"]
        expect(
            bool((B == 0).all()),
            f"zeros in B ({name})",
            describe(B),
            "B A must be 0 at the start: set B to zero",
        )


def _base_is_frozen(seen: Seen) -> None:
    for name in ALL:
        frozen, trained = reached(seen, name, "base frozen"), reached(seen, name, "trained")
        own = [one for one in trained if one not in ("A", "B")]
        mistake = "base.requires_grad_(False) is missing"
        if own and all(one.endswith("bias") for one in own):
            mistake = "its weight alone is frozen: base.requires_grad_(False) freezes the bias too"
        found = f"trained: {describe(own)}" if own else "it still requires a gradient"
        expect(frozen, f"a frozen base ({name})", found, mistake)


lora_linear = Exercise(
    "lesson_07.lora_linear", "LoRALinear", _cases, low_rank_layer,
    (
        Property("the layer has parameters A (r, d_in) and B (d_out, r)", _has_both_matrices),
        Property("A is not zero, so that B gets a gradient in the first step", _can_start_to_learn),
        Property("B starts with zeros", _starts_at_zero),
        noted("before training the layer computes what the bare layer computes", ALL, "start", _start,
              "output at the start", "B is 0: hand on what the given Linear itself computes", {
                  "the bias of the base is missing": lambda w, b, *rest: _base(w, None, rest[2])}),
        Property("the base is frozen", _base_is_frozen),
        holds("A and B are trained, and nothing else", ALL, "trained", lambda *_: ["A", "B"],
              "trained values of A and B", "A and B alone are trained, and both of them"),
        noted("y = W x + b + (alpha / r) B A x", ALL, "set", _whole, "layer(x)",
              "work out W x + b, A x, B (A x) and alpha / r one by one for a single x", KNOWN),
        noted("A and B count anew at every call", ALL, "set again", _again,
        "layer(x) after A and B were changed",
              "read A and B in `forward` at each call, and keep nothing of an earlier call", {}),
        noted(IN_USE, ALL, "evaluated", _again, "layer(x) after layer.eval(), under no_grad", SAME, {}),
        noted("two layers have nothing in common", ALL, "once more", _again, "the layer beside a second one",
              "what a layer needs belongs to `self`, not to the class or a global name", {}),
        learns(ALL, _gradient, "it was detached: use self.A and self.B themselves in forward"),
        keeps_the_base(ALL),
    ),
)  # fmt: skip
