"""The block of `probing.blocks` computed by hand, with factors on its parts."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from ia3_teach.check.drawing import Draw

HEADS = 2
Weights = dict[str, Tensor]
LAYERS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")


def block_weights(draw: Draw, width: int, inner: int) -> Weights:
    """Values for every parameter of a block."""
    sizes = {name: (width, width) for name in LAYERS}
    sizes |= {"intermediate.dense": (inner, width), "output.dense": (width, inner)}
    weights = {f"{name}.weight": draw.tensor(*size, low=-1, high=1) for name, size in sizes.items()}
    return weights | {f"{name}.bias": draw.tensor(size[0], low=-1, high=1) for name, size in sizes.items()}


def by_hand(weights: Weights, x: Tensor, **factors: Tensor | int) -> Tensor:
    """The block's output, token by token and head by head, with factors on its parts, in float64.

    Parts: query, key, value, summed (input of W_O), attended (its output), before_gelu, inner, after.
    """
    x = x.double()
    pieces = {
        name: factors.get(name, 1)
        * linear(weights, f"attention.self.{name}", factors.get(f"to_{name}", 1) * x)
        for name in ("query", "key", "value")
    }
    summed = torch.stack([_attend(*(pieces[name][b] for name in pieces)) for b in range(len(x))])
    attended = linear(weights, "attention.output.dense", factors.get("summed", 1) * summed)
    x = x + factors.get("attended", 1) * attended
    inner = functional.gelu(factors.get("before_gelu", 1) * linear(weights, "intermediate.dense", x))
    return x + factors.get("after", 1) * linear(weights, "output.dense", factors.get("inner", 1) * inner)


def linear(weights: Weights, name: str, x: Tensor) -> Tensor:
    """W x + b of this layer."""
    return x.double() @ weights[f"{name}.weight"].double().T + weights[f"{name}.bias"].double()


def _attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention of one text, shapes (T, width), by loops over heads and tokens."""
    width, result = query.shape[-1] // HEADS, torch.empty_like(value)
    for head in range(HEADS):
        channels = slice(head * width, (head + 1) * width)
        for t in range(len(query)):
            scores = torch.stack([query[t, channels] @ key[u, channels] for u in range(len(key))])
            weights = (scores / math.sqrt(width)).softmax(0)
            result[t, channels] = sum(weights[u] * value[u, channels] for u in range(len(key)))
    return result
