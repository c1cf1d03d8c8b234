"""What an adapter's file holds beyond what its settings name: PEFT saves some tensors unasked.

Those are embeddings that were resized or that carry an adapter, and the base layer of such an adapter.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ia3_teach.layer import original, outer_modules, plain_name
from ia3_teach.state import embeddings
from ia3_teach.storage.headers import Outline
from ia3_teach.storage.peft_format import OWN, PREFIX
from ia3_teach.storage.stored import Stored, endings_of
from ia3_teach.wording import brief, short


def adopt(model: nn.Module, stored: Stored) -> None:
    """Take embeddings that differ from the model's as heads, and leave out what the model has already.

    Shapes alone, before values are read, let either pass. Raises ValueError for a tensor that is neither.
    """
    if not stored.others:
        return
    modules, ends = outer_modules(model), embeddings(model)
    inside = [path for path, module in modules.items() if any(module is end for end in ends)]
    for path, tensor in list(stored.others.items()):
        owner, _, key = path.rpartition(".")
        owner = owner.removesuffix(".base_layer")
        if is_of_base(modules.get(owner), key, tensor):
            continue
        if owner not in inside or path.endswith(f".base_layer.{key}"):
            kind = (endings_of(stored) or [OWN])[0]
            raise ValueError(
                f"unexpected tensor {brief(PREFIX + path)}: neither part of a {short(kind)} "
                "adapter nor of a saved head or embedding, nor a weight of this base model"
            )
        stored.heads.setdefault(owner, {})[key] = tensor
    stored.others.clear()


def is_of_base(module: nn.Module | None, key: str, tensor: Tensor | Outline) -> bool:
    """Whether this is the model's own tensor, but for a cast between the two; of an outline, its shape."""
    state = {} if module is None else original(module).state_dict()
    mine = {plain_name(name): value for name, value in state.items()}.get(key)
    if mine is None or tuple(mine.shape) != tuple(tensor.shape):
        return False
    if isinstance(tensor, Outline) or mine.is_meta:
        return True
    mine = mine.cpu()
    return torch.equal(mine.to(tensor.dtype), tensor) or torch.equal(mine, tensor.to(mine.dtype))
