"""How much memory a computation takes while it runs: the bytes of all tensors that are there at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, UntypedStorage
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class _Holding(TorchDispatchMode):
    """Follows the storages that operations make until they are gone, and keeps the largest sum."""

    def __init__(self) -> None:
        super().__init__()
        self.there: dict[int, UntypedStorage] = {}  # kept, so that no address is used twice
        self.made: dict[int, tuple[StorageWeakRef, int]] = {}
        self.most = 0

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.forget()
        for storage in storages((args, kwargs)):
            if storage._cdata not in self.made:
                self.there[storage._cdata] = storage
        result = operation(*args, **(kwargs or {}))
        for storage in storages(result):
            if storage._cdata not in self.there:  # else it is a view of what was there before
                self.made[storage._cdata] = StorageWeakRef(storage), storage.nbytes()
        self.most = max(self.most, sum(size for _, size in self.made.values()))
        return result

    def forget(self) -> None:
        """Strike off what is gone."""
        self.made = {key: entry for key, entry in self.made.items() if not entry[0].expired()}


def storages(values: Any) -> list[UntypedStorage]:
    """The memory behind every tensor in a nest of lists, tuples and dictionaries."""
    return [value.untyped_storage() for value in tree_leaves(values) if isinstance(value, Tensor)]


def most_held(action: Callable[[], object]) -> int:
    """The most bytes of tensors made by `action` that were there at one moment.

    What was there before, such as a model's weights, does not count, nor what a single operation needs inside
    itself. Exact, and the same each time.

    >>> import torch
    >>> x = torch.ones(100)  # 400 bytes, and there before
    >>> most_held(lambda: (x + 1).sum())  # x + 1, and a sum of 4 bytes
    404
    >>> most_held(lambda: x[:50])  # a view
    0
    """
    with _Holding() as holding:
        action()
    return holding.most
