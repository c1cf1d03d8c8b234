r"""Multiply by l and keep nothing for backward beyond what the frozen model keeps anyway.

For z = l ⊙ y the gradients are  ∂L/∂y = l ⊙ g  and  ∂L/∂l = Σ_{b,t} g ⊙ y  with g = ∂L/∂z.
Plain autograd keeps y for the second one. Two ways around it:

* keys and values: attention keeps z itself, so y = z / l is recovered from it; where some l is close to 0,
  y is kept after all;
* the inner feed-forward activation y = γ(u): the activation keeps u itself, so y is computed again from it.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.autograd.function import once_differentiable

Activation = Callable[[torch.Tensor], torch.Tensor]
CLOSE_TO_ZERO = 1e-3
ORIGIN = "_ia3_teach_origin"


def scale_recovering(y: torch.Tensor, l: torch.Tensor, fused: bool = False) -> torch.Tensor:
    """l ⊙ y in the dtype of y; backward recovers y from the product where no |l| is below 0.001.

    The product of a fused layer is written with the axis of T outermost in memory. Then BLOOM's attention can
    merge batch and heads as a view of it, and keeps this one tensor instead of copies of its parts.
    Shapes: y (B, ..., d); l (d,), or one row of scales per row of the batch (B, 1, ..., d).

    >>> scale_recovering(torch.ones(2, 3), torch.tensor([1.0, 2.0, 0.0])).tolist()
    [[1.0, 2.0, 0.0], [1.0, 2.0, 0.0]]
    """
    if not needs_gradient(l) or (l.detach().abs() < CLOSE_TO_ZERO).any():
        return (y * l).to(y.dtype)
    return Recovering.apply(y, l, fused and y.dim() == 3)


def scale_recomputing(y: torch.Tensor, l: torch.Tensor) -> torch.Tensor:
    """l ⊙ y in the dtype of y; where y = γ(u) came from a watched activation, backward computes y again.

    Shapes as above. Any other y, such as one that went through dropout, is kept.
    """
    origin = getattr(y, ORIGIN, None)
    if origin is None or not needs_gradient(l):
        return (y * l).to(y.dtype)
    return Recomputing.apply(y, l, *origin)


def watch(activation: nn.Module) -> None:
    """Let each output of this elementwise activation remember the input it came from."""
    activation.register_forward_hook(remember_input)


def unwatch(activation: nn.Module) -> None:
    """Undo `watch`."""
    for key, hook in list(activation._forward_hooks.items()):
        if hook is remember_input:
            del activation._forward_hooks[key]


def remember_input(activation: nn.Module, inputs: tuple[torch.Tensor, ...], y: torch.Tensor) -> None:
    """The forward hook of a watched activation; the memory goes with the output tensor."""
    if torch.is_grad_enabled() and not torch.compiler.is_compiling():
        setattr(y, ORIGIN, (inputs[0].detach(), activation.forward))


def needs_gradient(l: torch.Tensor) -> bool:
    """Whether backward will ask for ∂L/∂l; a compiler plans its own recomputation."""
    return l.requires_grad and torch.is_grad_enabled() and not torch.compiler.is_compiling()


class Recovering(torch.autograd.Function):
    """z = l ⊙ y with y = z / l in backward; a second derivative is refused."""

    @staticmethod
    def forward(ctx, y: torch.Tensor, l: torch.Tensor, time_first: bool) -> torch.Tensor:
        b, t, d = y.shape if time_first else (0, 0, 0)
        z = y.new_empty(t, b, d).transpose(0, 1) if time_first else torch.empty_like(y)
        torch.mul(y, l, out=z)
        ctx.save_for_backward(z, l)
        return z

    @staticmethod
    @once_differentiable
    def backward(ctx, g: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        z, l = ctx.saved_tensors
        return (g * l).to(g.dtype), (g * z).to(l.dtype).sum_to_size(l.shape) / l, None


class Recomputing(torch.autograd.Function):
    """z = l ⊙ γ(u) with γ(u) computed again in backward; a second derivative is refused."""

    @staticmethod
    def forward(
        ctx, y: torch.Tensor, l: torch.Tensor, u: torch.Tensor, activation: Activation
    ) -> torch.Tensor:
        ctx.save_for_backward(u, l)
        ctx.activation = activation
        return (y * l).to(y.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx, g: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        u, l = ctx.saved_tensors
        y = ctx.activation(u)
        return (g * l).to(g.dtype), (g * y).to(l.dtype).sum_to_size(l.shape), None, None
