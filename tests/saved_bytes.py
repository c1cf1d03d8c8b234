"""How many bytes autograd keeps for backward: exact, repeatable, and the same for every library."""

from collections.abc import Callable

import torch


def saved_bytes(model: torch.nn.Module, forward: Callable[[torch.nn.Module], object]) -> int:
    """The distinct storages that `forward` saves for backward, parameters and buffers left out."""
    own = {tensor.untyped_storage().data_ptr() for tensor in [*model.parameters(), *model.buffers()]}
    seen: dict[int, int] = {}
    alive = []  # keeps storages alive, so that no address is used twice

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            seen[storage.data_ptr()] = storage.nbytes()
        alive.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        alive.append(forward(model))
    return sum(seen.values())
