"""The numbers of an adapter: at least 32 bits each, whatever the model is cast to; whether all are finite."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn


class Adapters(nn.ModuleDict):
    """The adapters of one layer, by name; their numbers have at least float32, whatever the model is cast to.

    A model that had no memory and is given some (`to_empty`) has adapters that change nothing yet.
    """

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Adapters:
        """What `.to`, `.half`, `.cuda`, `.to_empty` ... do to every tensor."""
        empty = [adapter for adapter in self.values() if any(p.is_meta for p in adapter.parameters())]
        super()._apply(partial(at_least_float32, fn), recurse)
        for adapter in empty:
            adapter.reset_parameters()
        return self


def at_least_float32(fn: Callable[[Tensor], Tensor], tensor: Tensor) -> Tensor:
    """fn(tensor), but from the tensor itself where fn would leave fewer than 32 bits per number."""
    made = fn(tensor)
    if not made.is_floating_point() or made.itemsize >= 4:
        return made
    return tensor.to(made.device, torch.float32)


def all_finite(tensor: Tensor) -> bool:
    """Whether no entry is NaN or infinity: the smallest and the largest tell, and are found without a copy.

    >>> all_finite(torch.tensor([1.0, 2.0])), all_finite(torch.tensor([1.0, float("nan"), 2.0]))
    (True, False)
    """
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor)
    if tensor.numel() == 0:
        return True
    wide = tensor if tensor.itemsize > 1 else tensor.float()  # 8 bits have no order of their own
    return all(map(math.isfinite, wide.detach().aminmax()))
