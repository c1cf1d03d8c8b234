"""The numbers of an adapter have at least 32 bits, whatever the model around them is cast to."""

from __future__ import annotations

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
