"""Checks of lesson 00: the dial, a straight line from ones through the learned vector and beyond."""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_close, run_properties


def _learned() -> Tensor:
    """Two layers with three channels: some inhibited, some left alone, some amplified."""
    return torch.tensor([[0.5, 1.0, 3.0], [2.0, 0.25, 1.0]])


def _by_loop(l: Tensor, strength: float) -> Tensor:
    """Start at 1 and go `strength` times the way to each entry."""
    entries = [1.0 + strength * (entry - 1.0) for entry in l.flatten().tolist()]
    return torch.tensor(entries).reshape(l.shape)


def _known(l: Tensor, strength: float) -> dict[str, Tensor]:
    """What the usual slips give."""
    within = min(1.0, max(0.0, strength))
    return {
        "λ multiplies l itself: at λ = 0 every channel is switched off, instead of left alone": strength * l,
        "λ multiplies l, and 1 is added: the way from 1 to l is l - 1, not l": 1 + strength * l,
        "this is the geometric dial l ** λ; it keeps the ends, but our dial is a straight line": l**strength,
        "the ends are exchanged: λ = 0 must be the frozen model, λ = 1 the trained one": l
        + strength * (1 - l),
        "the sign is turned round: the way goes from 1 towards l": 1 - strength * (l - 1),
        "the dial stops at 0 or 1: let it go beyond": _by_loop(l, within),
    }


def _at(turned: Callable, strength: float) -> None:
    l = _learned()
    name = f"turned(l, {strength:g})"
    mistake = "compute one entry by hand: 1 plus λ times (entry minus 1)"
    expect_close(turned(l.clone(), strength), _by_loop(l, strength), name, mistake, known=_known(l, strength))


def _has_effect(turned: Callable) -> None:
    """the result depends on λ"""
    same = torch.equal(turned(_learned(), 0.0), turned(_learned(), 1.0))
    expect(not same, "other values at λ = 0 than at λ = 1", "the same", "the dial has no effect: use λ")


def _frozen_at_zero(turned: Callable) -> None:
    """λ = 0 gives ones: the frozen model"""
    _at(turned, 0.0)


def _trained_at_one(turned: Callable) -> None:
    """λ = 1 gives l: the trained model"""
    _at(turned, 1.0)


def _straight_between(turned: Callable) -> None:
    """λ = 1/2 gives the point halfway between 1 and l"""
    _at(turned, 0.5)


def _goes_beyond(turned: Callable) -> None:
    """λ = 3 exaggerates and λ = -1 reverses"""
    _at(turned, 3.0)
    _at(turned, -1.0)


def _turns_negative_entries(turned: Callable) -> None:
    """an entry that training made negative lies on the same kind of line"""
    l = torch.tensor([-0.5])
    expect_close(
        turned(l.clone(), 0.5), _by_loop(l, 0.5), "turned(-0.5, 0.5)", "logarithms and powers fail here"
    )


def _leaves_input_alone(turned: Callable) -> None:
    """the learned vector is not changed"""
    l = _learned()
    turned(l, 2.0)
    expect_close(
        l, _learned(), "l after the call", "l was changed in place: the next turn would start from there"
    )


def turned(turned: Callable) -> None:
    """Check `turned(l, strength)`: l of any shape, strength a number."""
    run_properties(
        turned,
        [
            _has_effect,
            _frozen_at_zero,
            _trained_at_one,
            _straight_between,
            _goes_beyond,
            _turns_negative_entries,
            _leaves_input_alone,
        ],
    )
