"""An attention behind a curtain: its fused channels lie in an order of their own, and nobody says which.

The order is drawn: which of head, part (query, key, value) and width runs slowest, and how the parts follow
each other. Two of the axes lie as in BLOOM or GPT-2 for some seeds, and as in no model for others. In a
learner's own the channels lie in any order at all.
"""

import math
from collections.abc import Callable
from itertools import permutations

import torch
from torch import Tensor

from ia3_teach.course.sets.variants import generator, number, seed_of

PARTS = ("queries", "keys", "values")
Attend = Callable[[Tensor], Tensor]


def own_attention(name: str, problem_set: str = "ps2") -> tuple[Attend, int]:
    """This learner's attention, and how many fused channels it takes. Raises ValueError without a name.

    >>> attend, width = own_attention("Ada")
    >>> attend(torch.zeros(1, 4, width)).shape[:2]
    torch.Size([1, 4])
    """
    attend, channels = hidden_attention(seed_of(name, problem_set), mixed=True)
    return attend, sum(map(len, channels.values()))


def hidden_attention(seed: int, mixed: bool = False) -> tuple[Attend, dict[str, list[int]]]:
    """A function of the fused activation y, (B, T, 3 d_model) to (B, T, d_model), and where its parts lie.

    Where `mixed`, every channel lies anywhere, so that no two seeds are likely to have the same order.
    """
    draw = generator(seed)
    heads, width = number(draw, 2, 3), number(draw, 2, 3)
    layout = torch.arange(3 * heads * width)
    axes = list(permutations(range(3)))[number(draw, 0, 5)]  # of part, head, width: which runs slowest
    sizes = (3, heads, width)
    layout = layout.view([sizes[axis] for axis in axes]).permute([axes.index(axis) for axis in range(3)])
    layout = layout[torch.randperm(3, generator=draw)]
    layout = torch.randperm(layout.numel(), generator=draw)[layout] if mixed else layout
    mixing = torch.randn(heads * width, heads * width, generator=draw)

    def attend(y: Tensor) -> Tensor:
        query, key, value = (y[..., layout[part]].transpose(1, 2) for part in range(3))
        weights = (query @ key.mT / math.sqrt(width)).softmax(-1)
        return (weights @ value).transpose(1, 2).flatten(2) @ mixing.to(y.dtype)

    return attend, {part: sorted(layout[at].flatten().tolist()) for at, part in enumerate(PARTS)}
