"""A block with BERT's module names, small enough for loops, and the same block computed by hand."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

D, HEADS = 4, 2  # d_model = d_ff = 4: a vector in a wrong place fits, and is found out by its effect


class ToyBlock(nn.Module):
    """x + attention(x), then + feed-forward, with BERT's names of modules and always the same weights."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            self.attention = nn.Module()
            self.attention.self = nn.Module()
            for name in ("query", "key", "value"):
                setattr(self.attention.self, name, nn.Linear(D, D))
            self.attention.output = _dense()
            self.intermediate = _Inner()
            self.output = _dense()

    def forward(self, x: Tensor) -> Tensor:
        """x of shape (B, T, D); the norms are left out."""
        layer = self.attention.self
        q, k, v = (_split(linear(x)) for linear in (layer.query, layer.key, layer.value))
        weights = (q @ k.mT / math.sqrt(D // HEADS)).softmax(-1)
        x = x + self.attention.output.dense((weights @ v).transpose(1, 2).flatten(2))
        return x + self.output.dense(self.intermediate(x))


class _Inner(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense, self.intermediate_act_fn = nn.Linear(D, D), nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        return self.intermediate_act_fn(self.dense(x))


def _dense() -> nn.Module:
    module = nn.Module()
    module.dense = nn.Linear(D, D)
    return module


def _split(y: Tensor) -> Tensor:
    return y.unflatten(-1, (HEADS, -1)).transpose(1, 2)


def by_hand(block: ToyBlock, x: Tensor, **factors: Tensor | int) -> Tensor:
    """The block's output, token by token and head by head, with factors on its parts.

    Parts: query, key, value, summed (input of W_O), attended (its output), before_gelu, inner, after.
    """
    layer, pieces = block.attention.self, {}
    for name in ("query", "key", "value"):
        pieces[name] = factors.get(name, 1) * _linear(getattr(layer, name), x)
    summed = torch.stack([_attend(*(pieces[name][b] for name in pieces)) for b in range(len(x))])
    attended = _linear(block.attention.output.dense, factors.get("summed", 1) * summed)
    x = x + factors.get("attended", 1) * attended
    inner = functional.gelu(factors.get("before_gelu", 1) * _linear(block.intermediate.dense, x))
    return x + factors.get("after", 1) * _linear(block.output.dense, factors.get("inner", 1) * inner)


def _linear(linear: nn.Linear, x: Tensor) -> Tensor:
    """W x + b from the weights alone, so that hooks on the module have no say."""
    return x @ linear.weight.T + linear.bias


def _attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention of one text, shapes (T, D), by loops over heads and tokens."""
    width, result = D // HEADS, torch.empty_like(value)
    for head in range(HEADS):
        channels = slice(head * width, (head + 1) * width)
        for t in range(len(query)):
            scores = torch.stack([query[t, channels] @ key[u, channels] for u in range(len(key))])
            weights = (scores / math.sqrt(width)).softmax(0)
            result[t, channels] = sum(weights[u] * value[u, channels] for u in range(len(key)))
    return result
