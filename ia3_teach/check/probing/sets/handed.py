"""Whether an answer left what it was handed as it was: tensors, lists, dicts, configs and modules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

# Taken when this module is imported: cells that run later may put something else in their places.
equal, clone, detach = torch.equal, Tensor.clone, Tensor.detach
named_parameters, named_buffers = nn.Module.named_parameters, nn.Module.named_buffers
named_modules = nn.Module.named_modules


def state(value: Any) -> Any:
    """What a value holds, apart from it: a module's tensors and the names of its parts, a config's entries.

    >>> state([torch.ones(2), {"a": 1}])
    [(tensor([1., 1.]), False), {'a': 1}]
    """
    if isinstance(value, Tensor):
        return clone(detach(value)), value.requires_grad
    if isinstance(value, nn.Module):
        tensors = {**dict(named_parameters(value)), **dict(named_buffers(value))}
        return [name for name, _ in named_modules(value)], state(tensors)
    if isinstance(value, dict):
        return {key: state(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [state(each) for each in value]
    return state(value.to_dict()) if hasattr(value, "to_dict") else value


def alike(one: Any, other: Any) -> bool:
    """Whether two states are the same, bit for bit, in the same order.

    >>> alike(state([torch.ones(2)]), state([torch.ones(2).double()]))
    False
    """
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        alike_in_kind = one.dtype == other.dtype and one.shape == other.shape
        return alike_in_kind and equal(torch.nan_to_num(one), torch.nan_to_num(other))
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(alike(each, other[key]) for key, each in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def changed(before: Iterable[Any], given: Iterable[Any]) -> str:
    """The kind of the first argument that is not in its state before; nothing where all are.

    >>> x = torch.ones(2)
    >>> before = [state(x)]
    >>> _ = x.add_(1)
    >>> changed(before, [x]), changed(before, [torch.ones(2)])
    ('Tensor', '')
    """
    pairs = zip(before, given, strict=True)
    return next((type(each).__name__ for was, each in pairs if not alike(was, state(each))), "")
