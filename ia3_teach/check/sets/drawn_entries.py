"""Whether the entries of a matrix were drawn as a text asks: one by one, from a normal distribution."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets.small_core_probe import WIDE
from ia3_teach.check.sets.judging import described


def expect_normal(core: Any) -> None:
    """Refuse entries that are not drawn as the title says; 1600 right ones never come near these borders."""
    if not isinstance(core, Tensor) or tuple(core.shape) != (WIDE, WIDE):
        raise CheckFailed(f"R of shape ({WIDE}, {WIDE})", described(core), "r rows, r columns")
    shares = core.double() / 1e-5
    mean, deviation = float(shares.mean()), float(shares.std())
    if not 0.8 < deviation < 1.25 or not abs(mean) < 0.25:
        found = f"{mean * 1e-5:.1e} and {deviation * 1e-5:.1e}"
        raise CheckFailed("entries of R with mean 0 and deviation 1e-5", found, "1e-5 * torch.randn(r, r)")
    if not 2.3 < (fourth := float(((shares - mean) / deviation).pow(4).mean())) < 5:  # normal 3, flat 1.8
        found = "that deviation, but another distribution"
        mistake = "torch.randn, not torch.rand" if fourth < 3 else "torch.randn"
        raise CheckFailed("entries of R from a normal distribution", found, mistake)
    if core.abs().unique().numel() < 0.9 * core.numel() or _alike(shares) > 0.3:
        found = "entries that repeat, or that tell of the next"
        raise CheckFailed("each entry of R drawn by itself", found, "torch.randn(r, r), used as it comes")


def _alike(shares: Tensor) -> float:
    """How much an entry tells of the next one, beside it or below it: near 0 for entries drawn one by one."""
    pairs = (shares[:, 1:] * shares[:, :-1], shares[1:] * shares[:-1])
    return max(float(each.mean().abs() / shares.var()) for each in pairs)
