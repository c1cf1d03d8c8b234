"""What a checkpoint must share with the run that goes on from it: all of it counts, nothing is sampled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial

import torch
from torch import nn

from ia3_teach.layer import plain_name, unwrapped
from ia3_teach.state import state_of
from ia3_teach.training.batches import Example, as_values, digest

PLAIN = (str, bytes, int, float, complex, bool, type(None))
DEEPEST = 4  # a loss may hold a function that holds the loss
ELSEWHERE = ("_name_or_path", "transformers_version")  # where a model came from is no part of what it is


def facts_of(
    model: nn.Module, data: Sequence[Example], loss: object, parameters: Mapping[str, nn.Parameter]
) -> dict[str, object]:
    """What must be the same beside the numbers given to `fit`."""
    return {
        "examples": len(data),
        "data": digest(data),
        "base": weights(model, parameters),
        "model": json.dumps(settings(model), sort_keys=True, default=as_values),
        "adapters": repr(state_of(model).recipes),
        "loss": json.dumps(described(loss)),
        "parameters": {name: list(parameter.shape) for name, parameter in parameters.items()},
    }


def weights(model: nn.Module, trained: Mapping[str, nn.Parameter]) -> str:
    """A checksum over every number of the model that is not trained, buffers too.

    A few hundred megabytes a second.

    >>> layer = nn.Linear(2, 2)
    >>> weights(layer, {"weight": layer.weight}) == weights(layer, {})
    False
    """
    kept = hashlib.blake2b(digest_size=16)
    model = unwrapped(model)
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        if plain_name(name) not in trained:
            numbers = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
            kept.update(f"{plain_name(name)} {tensor.dtype} {tuple(tensor.shape)} ".encode())
            kept.update(numbers.numpy())
    return kept.hexdigest()


def settings(model: nn.Module) -> dict[str, object]:
    """The model's config and the shares that its dropouts leave out, which no weight shows."""
    model = unwrapped(model)
    config = getattr(getattr(model, "config", None), "to_dict", dict)()
    shares = [module.p for module in model.modules() if isinstance(module, nn.modules.dropout._DropoutNd)]
    return {key: value for key, value in config.items() if key not in ELSEWHERE} | {"dropouts": shares}


def described(found: object, depth: int = 0) -> object:
    """A loss by its name, its steps and the settings that it was made with; other things by their kind.

    >>> half, whole = (partial(max, share) for share in (0.5, 1.0))
    >>> described(half) == described(partial(max, 0.5)), described(half) == described(whole)
    (True, False)
    """
    if isinstance(found, PLAIN):
        return repr(found)
    if depth > DEEPEST:
        return type(found).__qualname__
    if isinstance(found, list | tuple | set | frozenset):
        return [described(each, depth + 1) for each in found]
    if isinstance(found, Mapping):
        return [[str(key), described(value, depth + 1)] for key, value in found.items()]
    return [getattr(found, "__qualname__", type(found).__qualname__), described(made_with(found), depth + 1)]


def made_with(found: object) -> list[object]:
    """What tells a function, a partial or a callable object from others of its name."""
    if isinstance(found, partial):
        return [found.func, found.args, found.keywords]
    if not callable(found):
        return []
    if hasattr(found, "__func__"):  # a method
        return [found.__func__, found.__self__]
    code = getattr(found, "__code__", None)
    if code is None:
        return [getattr(found, "__dict__", {})] if not isinstance(found, type) else []
    cells = [cell.cell_contents for cell in found.__closure__ or ()]
    return [code.co_code, code.co_consts, code.co_names, cells, found.__defaults__, found.__kwdefaults__]
