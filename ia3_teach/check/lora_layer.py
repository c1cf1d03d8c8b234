"""The check of a LoRA layer: shapes, start, what is trained, and the formula."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ia3_teach.check.core import expect, expect_close, expect_equal, expect_shape, run_properties

__all__ = ["lora_linear"]

_D_IN, _D_OUT, _RANK, _ALPHA = 4, 3, 2, 6.0


def _layer(kind: Callable) -> tuple[nn.Linear, nn.Module]:
    base = nn.Linear(_D_IN, _D_OUT)
    return base, kind(base, _RANK, _ALPHA)


def _has_both_matrices(kind: Callable) -> None:
    """the layer has parameters A (r, d_in) and B (d_out, r)"""
    _, layer = _layer(kind)
    are_parameters = all(isinstance(getattr(layer, name, None), nn.Parameter) for name in "AB")
    expect(
        are_parameters,
        "self.A and self.B are nn.Parameter",
        f"{sorted(name for name, _ in layer.named_parameters())}",
        "without nn.Parameter no optimizer finds them",
    )  # fmt: skip
    swapped = "A and B have changed places: A reads x (d_in), B writes y (d_out)"
    expect_shape(layer.A, (_RANK, _D_IN), "A", swapped)
    expect_shape(layer.B, (_D_OUT, _RANK), "B", swapped)


def _starts_as_the_base(kind: Callable) -> None:
    """before training the layer computes what the bare layer computes"""
    base, layer = _layer(kind)
    x = torch.randn(5, _D_IN)
    wanted = (x.double() @ base.weight.double().T + base.bias.double()).float()
    known = {"the bias of the base is missing": wanted - base.bias}
    expect_close(
        layer(x), wanted, "output at the start", "B A must be 0 at the start: set B to zero", known=known
    )


def _can_start_to_learn(kind: Callable) -> None:
    """A is not zero, so that B gets a gradient in the first step"""
    _, layer = _layer(kind)
    expect(
        bool(layer.A.abs().sum() > 0), "random values in A", "A is zero",
        "with A = 0 and B = 0 both gradients are 0 for ever: only B starts at zero",
    )  # fmt: skip


def _base_is_frozen(kind: Callable) -> None:
    """A and B are trained, and nothing else"""
    base, layer = _layer(kind)
    expect(
        not base.weight.requires_grad and not (base.bias is not None and base.bias.requires_grad),
        "a frozen base", "base weights that require a gradient", "base.requires_grad_(False) is missing",
    )  # fmt: skip
    trained = sum(p.numel() for p in layer.parameters() if p.requires_grad)
    expect_equal(
        trained, _RANK * (_D_IN + _D_OUT), "trained values", "A and B alone are trained, and both of them"
    )


def _adds_the_scaled_product(kind: Callable) -> None:
    """y = W x + b + (alpha / r) B A x"""
    base, layer = _layer(kind)
    A, B, x = torch.randn(_RANK, _D_IN), torch.randn(_D_OUT, _RANK), torch.randn(5, _D_IN)
    with torch.no_grad():
        layer.A.copy_(A)
        layer.B.copy_(B)
    bare, change = base(x).detach(), x @ product(B, A).T
    known = {
        "the scaling alpha / r is missing": bare + change,
        "the scaling is alpha / r, not alpha": bare + _ALPHA * change,
        "the base's own output is missing": _ALPHA / _RANK * change,
        "A and B have no effect": bare,
    }
    expect_close(
        layer(x), bare + _ALPHA / _RANK * change, "layer(x)", "go through the shapes from right to left",
        known=known, tolerance=1e-4,
    )  # fmt: skip


def product(B: Tensor, A: Tensor) -> Tensor:
    """B A entry by entry."""
    entries = torch.zeros(B.shape[0], A.shape[1])
    for i in range(B.shape[0]):
        for j in range(A.shape[1]):
            entries[i, j] = sum(B[i, k] * A[k, j] for k in range(A.shape[0]))
    return entries


def lora_linear(kind: Callable) -> None:
    """Check the class `LoRALinear(base, r, alpha)`."""
    run_properties(
        kind,
        [
            _has_both_matrices,
            _can_start_to_learn,
            _starts_as_the_base,
            _base_is_frozen,
            _adds_the_scaled_product,
        ],
    )
