"""A penalty that needs no place in the loss: it rides on an activation, so that any loop trains it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class Riding(torch.autograd.Function):
    """y as it is; in backward the penalty gets the gradient 1, as if it stood in the loss."""

    @staticmethod
    def forward(ctx: Any, y: Tensor, penalty: Tensor) -> Tensor:
        ctx.like = penalty
        return y.view_as(y)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor]:
        return g, torch.ones_like(ctx.like)


def with_penalty(y: Tensor, penalty: Tensor) -> Tensor:
    """y, whose loss has the penalty added as far as gradients go. Shapes: y any, penalty a scalar.

    >>> a = torch.tensor(3.0, requires_grad=True)
    >>> with_penalty(torch.zeros(2, requires_grad=True), a * a).sum().backward()
    >>> a.grad
    tensor(6.)
    """
    return Riding.apply(y, penalty) if penalty.requires_grad and torch.is_grad_enabled() else y
