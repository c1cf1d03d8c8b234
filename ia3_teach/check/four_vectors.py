"""Checks of lesson 03, second part: four vectors on one attention, and the two that do the same."""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_close, run_properties
from ia3_teach.check.toy_block import ToyBlock, by_hand


def _four() -> dict[str, Tensor]:
    return {
        "l_q": torch.tensor([2.0, 0.5, 1.5, 3.0]), "l_k": torch.tensor([0.25, 3.0, 2.0, 1.0]),
        "l_v": torch.tensor([3.0, 0.5, 2.0, 1.0]), "l_o": torch.tensor([1.0, 4.0, 0.5, 0.25]),
    }  # fmt: skip


def _replaces_all_four(fold: Callable) -> None:
    """two vectors do what four did"""
    l = _four()
    q, k, v, o = l.values()
    found = fold(**_four())
    expect(
        isinstance(found, tuple) and len(found) == 2, "a pair (l_k, l_v)",
        "nothing" if found is None else f"{found!r}", "return the two vectors as a tuple",
    )  # fmt: skip
    wrong_k = {
        "l_q was dropped: a score holds the product l_q l_k": k,
        "the two vectors come in the wrong order: l_k first": v * o,
        "l_q and l_k were added; a score holds their product": q + k,
        "l_o was moved into the keys: it acts after the softmax": k * o,
        "l_o was moved into the keys as well: it acts after the softmax": q * k * o,
    }
    wrong_v = {
        "l_o was dropped: it scales what the values became": v,
        "l_v and l_o were added; the weighted sum lets a factor pass": v + o,
        "l_q was moved into the values: it acts before the softmax": v * q,
    }
    expect_close(found[0], q * k, "the new l_k", "which two meet in a score?", known=wrong_k, as_scale=True)
    expect_close(
        found[1], v * o, "the new l_v", "which two meet after the softmax?", known=wrong_v, as_scale=True
    )


def _same_function(fold: Callable) -> None:
    """the block computes the same"""
    block, x, l = ToyBlock(), torch.randn(4, 4, 4), _four()
    l_k, l_v = fold(**_four())
    four = by_hand(block, x, query=l["l_q"], key=l["l_k"], value=l["l_v"], summed=l["l_o"])
    expect_close(
        by_hand(block, x, key=l_k, value=l_v), four, "the block's output", "compare channel by channel"
    )


def _leaves_input_alone(fold: Callable) -> None:
    """the vectors that are handed in stay as they are"""
    l = _four()
    fold(**l)
    for name, vector in _four().items():
        expect_close(
            l[name], vector, f"{name} that was handed in", "multiply into a new tensor, not in place"
        )


def fold_four(answer: Callable) -> None:
    """Check `fold_four(l_q, l_k, l_v, l_o)`: the pair (l_k, l_v) that does the same."""
    run_properties(answer, [_replaces_all_four, _same_function, _leaves_input_alone])
