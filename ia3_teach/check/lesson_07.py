"""Checks of lesson 07: counting LoRA's values, the layer itself, and folding it into the weight."""

from collections.abc import Callable

import torch

from ia3_teach.check.core import expect_close, expect_equal, run_properties
from ia3_teach.check.lora_layer import lora_linear, product

__all__ = ["lora_linear", "lora_values", "merge_lora"]

_ALPHA = 6.0


def _counts_both_matrices(count: Callable) -> None:
    """A has r rows of d_in values, B has d_out rows of r values"""
    for d_in, d_out, r in ((4, 3, 2), (5, 2, 1), (7, 5, 3)):
        entries = len([(i, j) for i in range(r) for j in range(d_in)]) + len(
            [(i, j) for i in range(d_out) for j in range(r)]
        )
        mistakes = {
            d_in * d_out: "that is the size of W itself: B A has its shape, A and B together are smaller",
            d_in * d_out + entries: "W is frozen: count A and B alone",
            r * d_in * d_out: "the sizes of A and B are added, not multiplied",
            r * d_in: "only A was counted",
            r * d_out: "only B was counted",
            d_in + d_out: "the rank r is missing",
        }
        found = count(d_in, d_out, r)
        mistake = mistakes.get(found, "write the shapes of A and B down and count their entries")
        expect_equal(found, entries, f"lora_values({d_in}, {d_out}, {r})", mistake)


def lora_values(count: Callable) -> None:
    """Check `lora_values(d_in, d_out, r)`."""
    run_properties(count, [_counts_both_matrices])


def _adds_to_the_weight(merge: Callable) -> None:
    """the new weight is W + (alpha / r) B A"""
    # square, so that a transpose does not crash
    W, A, B = torch.randn(3, 3), torch.randn(2, 3), torch.randn(3, 2)
    change = product(B, A)
    known = {
        "the scaling alpha / r is missing": W + change,
        "the scaling is alpha / r, not alpha": W + _ALPHA * change,
        "B A came out transposed": W + _ALPHA / 2 * change.T,
        "W is missing: the change is ADDED to it": _ALPHA / 2 * change,
    }
    found, _ = merge(W.clone(), torch.zeros(3), A, B, _ALPHA)
    expect_close(found, W + _ALPHA / 2 * change, "the merged weight", "r is the number of rows of A",
                 known=known, tolerance=1e-4)  # fmt: skip


def _keeps_the_bias(merge: Callable) -> None:
    """the bias stays as it is; no bias stays no bias"""
    W, A, B, bias = torch.zeros(3, 3), torch.ones(2, 3), torch.ones(3, 2), torch.tensor([1.0, 2.0, 3.0])
    _, found = merge(W, bias.clone(), A, B, _ALPHA)
    expect_close(found, bias, "the bias", "LoRA changes W alone: it is IA3 that scales the bias as well")
    _, found = merge(W, None, A, B, _ALPHA)
    expect_equal(found, None, "the bias of a layer without one", "hand None back")


def _leaves_the_original(merge: Callable) -> None:
    """the weight handed in is not changed"""
    W = torch.zeros(3, 3)
    merge(W, None, torch.ones(2, 3), torch.ones(3, 2), _ALPHA)
    expect_close(
        W, torch.zeros(3, 3), "W after the call", "W was changed in place: unmerging would be impossible"
    )


def merge_lora(merge: Callable) -> None:
    """Check `merge_lora(weight, bias, A, B, alpha)` -> (weight, bias)."""
    run_properties(merge, [_adds_to_the_weight, _keeps_the_bias, _leaves_the_original])
