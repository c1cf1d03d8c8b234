"""What one step of training holds in memory, counted in bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from ia3_teach.ia3 import IA3Vectors
from ia3_teach.training.losses import loss_of
from ia3_teach.training.mode import in_mode

Made = TypeVar("Made")


def memory_of(model: nn.Module, batch: Mapping[str, Tensor]) -> dict[str, int]:
    """Bytes of the weights, the gradients, AdamW's averages, and what forward keeps for backward.

    A step with a learning rate of 0 is taken to count them, in training mode; the model stays as it was.
    Raises ValueError if nothing is trainable.
    """
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not trained:
        raise ValueError("the model has no trainable parameters; attach a recipe, or thaw what to train")
    optimizer = torch.optim.AdamW(trained, lr=0.0)
    with torch.random.fork_rng(), in_mode(model, training=True):
        loss, kept = kept_for_backward(model, lambda model: loss_of(model, batch))
        loss.backward()
    optimizer.step()
    gradients = sum(parameter.grad.nbytes for parameter in trained if parameter.grad is not None)
    averages = sum(value.nbytes for state in optimizer.state.values() for value in state.values())
    optimizer.zero_grad()
    weights = sum(parameter.nbytes for parameter in model.parameters())
    return {
        "weights": weights, "gradients": gradients, "AdamW's averages": averages, "kept for backward": kept,
    }  # fmt: skip


def kept_for_backward(model: nn.Module, forward: Callable[[nn.Module], Made]) -> tuple[Made, int]:
    """What `forward(model)` makes, and the bytes of the distinct storages that autograd keeps for it.

    The model's own parameters, buffers and lists of channels are there anyway and do not count.
    """
    vectors = (module for module in model.modules() if isinstance(module, IA3Vectors))
    lists = [channels for each in vectors for channels in each.channels.values()]
    there = [*model.parameters(), *model.buffers(), *lists]
    own = {tensor.untyped_storage().data_ptr() for tensor in there}
    seen: dict[int, int] = {}
    alive = []  # keeps storages alive, so that no address is used twice

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            seen[storage.data_ptr()] = storage.nbytes()
        alive.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        made = forward(model)
    return made, sum(seen.values())
