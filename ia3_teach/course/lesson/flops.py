"""What a pass costs: its operations and the FLOPs of its products, counted, and its time, taken in turns."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from ia3_teach.annotated import numbers

Shape = tuple[int, int, int, int]  # rows, heads, tokens, channels


class _Counting(TorchDispatchMode):
    """Counts every tensor operation inside it by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.found[operation.overloadpacket.__name__] += 1
        return operation(*args, **(kwargs or {}))


@torch.no_grad()
def operations(action: Callable[[], object]) -> Counter[str]:
    """{name of a tensor operation: how often `action` does it}, without gradients.

    >>> x = torch.ones(2, 2)
    >>> operations(lambda: 2 * x + x)
    Counter({'mul': 1, 'add': 1})
    """
    with _Counting() as counting:
        action()
    return counting.found


def product_flops(action: Callable[[], object]) -> int:
    """The FLOPs of all matrix products of `action`, attention and a backward pass included.

    A product of (m, k) and (k, n) is m n k multiplications and as many additions. What is done entry by
    entry, such as a vector of IA3, is not counted: it is that much less.

    >>> product_flops(lambda: torch.ones(2, 3) @ torch.ones(3, 4))
    48
    """
    fused = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu  # torch counts those of GPUs alone
    backward = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward
    known = {fused: attention_flops, backward: attention_backward_flops}
    with FlopCounterMode(display=False, custom_mapping=known) as counting:
        action()
    return counting.get_total_flops()


def attention_flops(query: Shape, key: Shape, value: Shape, *_: object, **__: object) -> int:
    """Queries times keys, and the shares of attention times values.

    >>> attention_flops((1, 1, 2, 4), (1, 1, 3, 4), (1, 1, 3, 4))  # 2 * 2 products of 2 * 3 * 4
    96
    """
    rows, heads, asking, d_key = query
    return 2 * rows * heads * asking * key[2] * (d_key + value[3])


def attention_backward_flops(
    gradient: Shape, query: Shape, key: Shape, value: Shape, *_: object, **__: object
) -> int:
    """The scores again, which were not kept; then the gradients of shares, values, queries and keys."""
    rows, heads, asking, d_key = query
    return 2 * rows * heads * asking * key[2] * (3 * d_key + 2 * value[3])


@numbers(rounds=1)
@torch.no_grad()
def in_turns(actions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """{name: seconds of each round}: A B C, then C B A, and so on, after a round that is not counted.

    A busy moment of the machine touches all of them alike. The clock counts the processor's work for this
    process alone, so that other programs are left out.
    """
    found: dict[str, list[float]] = {name: [] for name in actions}
    gc.collect()
    gc.disable()  # a collection would fall on whoever is next
    try:
        for turn in range(rounds + 1):
            for name in list(actions)[:: -1 if turn % 2 else 1]:
                start = time.process_time()
                actions[name]()
                found[name].append(time.process_time() - start)
    finally:
        gc.enable()
    return {name: seconds[1:] for name, seconds in found.items()}


def relative(seconds: Mapping[str, list[float]], to: str) -> dict[str, list[float]]:
    """Each round's times divided by the median of `to`.

    >>> relative({"a": [2.0, 4.0], "b": [6.0, 3.0]}, to="a")
    {'a': [0.6666666666666666, 1.3333333333333333], 'b': [2.0, 1.0]}
    """
    unit = median(seconds[to])
    return {name: [each / unit for each in found] for name, found in seconds.items()}
