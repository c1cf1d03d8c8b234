"""Compute an activation again from what its own backward keeps: then it need not be kept a second time.

What a tensor was computed from stands in its node of autograd's graph, whatever module, hook or patch did it.
A node that is not listed here, or keeps something else than tensors, cannot be computed again; nor can a
tensor that was changed in place since.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

FEW = 2**16
SHOWS = ("unpack", "unpack_hook")  # what a kept tensor must let one ask; older versions of torch do not
Made = tuple[Callable[..., Tensor], tuple[Tensor, ...]]


def origin(y: Tensor) -> Made | None:
    """(function, tensors) with function(*tensors) = y, the tensors being those that y's node keeps; or None.

    >>> u = torch.randn(3, requires_grad=True) * 2
    >>> function, (kept,) = origin(F.gelu(u))
    >>> bool((function(kept) == F.gelu(u)).all()), origin(u.exp())
    (True, None)
    """
    read = NODES.get(type(y.grad_fn).__name__)
    if read is None or y._version or checkpointing():
        return None
    function, saved = read(y.grad_fn)
    if not all(hasattr(each, asked) for each in saved for asked in SHOWS):
        return None
    try:
        tensors = tuple(stored(each) for each in saved)
    except RuntimeError:  # changed in place since, or freed by a backward
        return None
    if not tensors or any(not isinstance(t, Tensor) or t.dtype != y.dtype for t in tensors):
        return None
    hooked = any(each.unpack_hook for each in saved)
    return None if hooked and not gives(function, tensors, y) else (function, tensors)


def stored(saved: Any) -> Any:
    """What is kept; where hooks on saved tensors packed it, as they left it, since unpacking may be dear."""
    return getattr(saved, "data", None) if saved.unpack_hook else saved.unpack()


@torch.no_grad()
def gives(function: Callable[..., Tensor], tensors: tuple[Tensor, ...], y: Tensor) -> bool:
    """Whether what hooks packed is still what y was computed from."""
    try:
        return torch.equal(function(*tensors), y)
    except RuntimeError:  # of another shape, or elsewhere
        return False


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
    """BLOOM's γ is a function of its own, whose node keeps its input; others may bear the same name."""
    own = node._forward_cls.__module__ == "transformers.models.bloom.modeling_bloom"
    return partial(bloom_gelu, node._forward_cls.apply), list(node._raw_saved_tensors) if own else []


def bloom_gelu(theirs: Callable[[Tensor], Tensor], u: Tensor) -> Tensor:
    """u/2 (1 + tanh(0.79788456 u (1 + 0.044715 u²))) in the model's own steps, so the same to the bit.

    On a processor a few numbers at a time and in place, which stay in its cache: several times as fast as
    `theirs`, which is left to whoever wants a derivative of it.

    >>> bloom_gelu(torch.tanh, torch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.1588,  0.0000,  0.8412])
    """
    if torch.is_grad_enabled() and u.requires_grad:
        return theirs(u)
    made = torch.empty(u.shape, dtype=u.dtype, device=u.device)
    few = FEW if u.device.type == "cpu" else max(u.numel(), 1)
    for x, y in zip(u.detach().reshape(-1).split(few), made.view(-1).split(few), strict=True):
        inner = (x * 0.044715).mul_(x).add_(1).mul_(x * 0.79788456)
        torch.mul(inner.tanh_().add_(1), x * 0.5, out=y)
    return made


NODES = {
    "GeluBackward0": _of_gelu,
    "SiluBackward0": _of_silu,
    "MulBackward0": _of_product,
    "GeLUFunctionBackward": _of_bloom,
}
