r"""Multiply by l and keep nothing for backward beyond what the frozen model keeps anyway.

For z = l ⊙ y the gradients are  ∂L/∂y = l ⊙ g  and  ∂L/∂l = Σ_{b,t} g ⊙ y  with g = ∂L/∂z.
Plain autograd keeps y for the second one. Two ways around it:

* keys and values: attention keeps z itself, so y = z / l is recovered from it; where some l is so close to 0
  that this would be inexact, y is kept after all. (A cache of keys and values copies them; attention keeps
  its copies, and z is one tensor more: train without it, as `fit` does. Where rotary positions turn the keys
  on their way, attention keeps them turned, and z_k is one tensor more.)
* the inner feed-forward activation y = γ(u): the activation keeps u itself, so y is computed again from it.

Both gradients are written so that autograd can derive them once more. Under transforms, in forward mode and
wherever neither way is exact, the product is the plain one.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.autograd import forward_ad

from ia3_teach.lean.remaking import origin

CLOSE_TO_ZERO = 1e-3


def scale_recovering(y: Tensor, l: Tensor, fused: bool = False) -> Tensor:
    """l ⊙ y in the dtype of y; backward recovers y from the product where no |l| is close to zero.

    The product of a fused layer is written with the axis of T outermost in memory. Then BLOOM's attention can
    merge batch and heads as a view of it, and keeps this one tensor instead of copies of its parts.
    Shapes: y (B, ..., d); l (d,), or one row of scales per row of the batch (B, 1, ..., d).

    >>> scale_recovering(torch.ones(2, 3), torch.tensor([1.0, 2.0, 0.0])).tolist()
    [[1.0, 2.0, 0.0], [1.0, 2.0, 0.0]]
    """
    if not plain_backward(l) or (l.detach().abs() < close_to_zero(y.dtype)).any():
        return (y * l).to(y.dtype)
    return Recovering.apply(y, l, fused and y.dim() == 3)


def scale_recomputing(y: Tensor, l: Tensor) -> Tensor:
    """l ⊙ y in the dtype of y; where y = γ(u) and γ keeps u for its own backward, y is computed again there.

    Shapes as above. Any other y, such as one that went through dropout, is kept.
    """
    made = origin(y) if plain_backward(l) else None
    if made is None:
        return (y * l).to(y.dtype)
    function, kept = made
    return Recomputing.apply(y, l, function, *kept)


def close_to_zero(dtype: torch.dtype) -> float:
    """The smallest |l| by which it is exact enough to divide.

    l ⊙ y loses bits below the smallest normal number. Above this bound only entries of y below the dtype's
    precision get there: float16, whose numbers end at 0.00006, needs 0.0625.

    >>> close_to_zero(torch.float32), close_to_zero(torch.bfloat16), close_to_zero(torch.float16)
    (0.001, 0.001, 0.0625)
    """
    numbers = torch.finfo(dtype)
    return max(CLOSE_TO_ZERO, numbers.tiny / numbers.eps)


def plain_backward(l: Tensor) -> bool:
    """Whether one ordinary backward will ask for ∂L/∂l.

    A compiler plans its own recomputation; transforms, tracing, forward mode and meta tensors need the plain
    product.
    """
    transformed = torch._C._are_functorch_transforms_active() or forward_ad._current_level >= 0
    asked = l.requires_grad and torch.is_grad_enabled() and not l.is_meta
    followed = torch.compiler.is_compiling() or torch.jit.is_tracing()
    return asked and not transformed and not followed


def kept_by(ctx: object) -> tuple[Tensor, ...]:
    """The saved tensors. Raises ValueError if one was changed in place since."""
    try:
        return ctx.saved_tensors
    except RuntimeError as error:
        if "inplace" not in str(error):
            raise
        raise ValueError(
            "what an adapted layer gave, or the activation before it, was changed in place before backward, "
            "by += or ReLU(inplace=True), and the vector's gradient needs it; write that step out of place"
        ) from error


class Recovering(torch.autograd.Function):
    """z = l ⊙ y with y = z / l in backward."""

    @staticmethod
    def forward(ctx, y: Tensor, l: Tensor, time_first: bool) -> Tensor:
        b, t, d = y.shape if time_first else (0, 0, 0)
        z = y.new_empty(t, b, d).transpose(0, 1) if time_first else torch.empty_like(y)
        torch.mul(y, l, out=z)
        ctx.save_for_backward(z, l)
        return z

    @staticmethod
    def backward(ctx, g: Tensor) -> tuple[Tensor, Tensor, None]:
        z, l = kept_by(ctx)
        return (g * l).to(g.dtype), to_vector(g, z, l) / l, None


class Recomputing(torch.autograd.Function):
    """z = l ⊙ y with y = function(*kept) computed again in backward.

    To autograd z depends on y alone; `kept` are inputs only so that what backward computes depends on them.
    """

    @staticmethod
    def forward(ctx, y: Tensor, l: Tensor, function: Callable[..., Tensor], *kept: Tensor) -> Tensor:
        ctx.save_for_backward(l, *kept)
        ctx.function = function
        return (y * l).to(y.dtype)

    @staticmethod
    def backward(ctx, g: Tensor) -> tuple[Tensor | None, ...]:
        l, *kept = kept_by(ctx)
        to_l = to_vector(g, ctx.function(*kept), l)
        return (g * l).to(g.dtype), to_l, None, *(None for _ in kept)


def to_vector(g: Tensor, y: Tensor, l: Tensor) -> Tensor:
    """Σ g ⊙ y in the shape and the dtype of l, which may have more bits than g and y."""
    return (g.to(l.dtype) * y).sum_to_size(l.shape)
