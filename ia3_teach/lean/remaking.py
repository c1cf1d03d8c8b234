"""Compute an activation again from what its own backward keeps: then it need not be kept a second time.

What a tensor was computed from stands in its node of autograd's graph, whatever module, hook or patch did it.
A node that is not listed here, or keeps something else than tensors, cannot be computed again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

Made = tuple[Callable[..., Tensor], tuple[Tensor, ...]]


def origin(y: Tensor) -> Made | None:
    """(function, tensors) with function(*tensors) = y, the tensors being those that y's node keeps; or None.

    >>> u = torch.randn(3, requires_grad=True) * 2
    >>> function, (kept,) = origin(F.gelu(u))
    >>> bool((function(kept) == F.gelu(u)).all()), origin(u.exp())
    (True, None)
    """
    read = NODES.get(type(y.grad_fn).__name__)
    if read is None or checkpointing():
        return None
    function, saved = read(y.grad_fn)
    # Without unpacking, which hooks on saved tensors may answer by computing a whole block again.
    tensors = tuple(getattr(each, "data", None) for each in saved)
    usable = all(isinstance(tensor, Tensor) and tensor.dtype == y.dtype for tensor in tensors)
    return (function, tensors) if usable else None


def checkpointing() -> bool:
    """Whether gradient checkpointing decides what is kept; it counts the kept tensors of both its passes."""
    hooks = torch._C._autograd._top_saved_tensors_default_hooks(False)
    return hooks is not None and "checkpoint" in getattr(hooks[0], "__module__", "")


def _of_gelu(node: Any) -> tuple[Callable[..., Tensor], list[Any]]:
    return partial(F.gelu, approximate=node._saved_approximate), [node._raw_saved_self]


def _of_silu(node: Any) -> tuple[Callable[..., Tensor], list[Any]]:
    return F.silu, [node._raw_saved_self]


def _of_product(node: Any) -> tuple[Callable[..., Tensor], list[Any]]:
    """A gated activation, γ(u) ⊙ v; also the last step of GPT-2's γ, which is written as products."""
    return torch.mul, [node._raw_saved_self, node._raw_saved_other]


def _of_bloom(node: Any) -> tuple[Callable[..., Tensor], list[Any]]:
    """BLOOM's γ is a function of its own, whose node keeps its input."""
    return node._forward_cls.apply, list(node._raw_saved_tensors)


NODES = {
    "GeluBackward0": _of_gelu,
    "SiluBackward0": _of_silu,
    "MulBackward0": _of_product,
    "GeLUFunctionBackward": _of_bloom,
}
