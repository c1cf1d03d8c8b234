"""Checks of lesson 02: scaling by a loop, a Linear that carries a vector, and folding the vector in."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ia3_teach.check.core import expect, expect_close, expect_equal, expect_shape, run_properties
from ia3_teach.check.folding import fold

__all__ = ["fold", "ia3_linear", "scale_by_loop"]


def _example() -> tuple[Tensor, Tensor]:
    """B = T = d = 3, so that a vector lined up with the wrong axis does not crash."""
    return torch.arange(1.0, 28.0).reshape(3, 3, 3), torch.tensor([2.0, 1.0, 0.5])


def _by_loop(y: Tensor, l: Tensor) -> Tensor:
    scaled = torch.empty_like(y)
    for channel in range(len(l)):
        scaled[..., channel] = y[..., channel] * l[channel]
    return scaled


def _keeps_shape(scale: Callable) -> None:
    """scaling keeps the shape (B, T, d)"""
    y = torch.ones(2, 3, 4)
    expect_shape(
        scale(y, torch.ones(4)), (2, 3, 4), "scale_by_loop(y, l)", "l has d entries, one per channel"
    )


def _multiplies_channels(scale: Callable) -> None:
    """each channel is multiplied by its own entry of l"""
    y, l = _example()
    known = {
        "l was added: IA3 multiplies, so that l = 1 changes nothing": y + l,
        "l was ignored: y comes back as it went in": y,
        "l runs over the positions T: line it up with the last axis": y * l[:, None],
        "l runs over the batch B: line it up with the last axis": y * l[:, None, None],
        "every channel got the same factor: use l[j] for channel j": y * l[0],
    }
    expect_close(
        scale(y.clone(), l), _by_loop(y, l), "scale_by_loop(y, l)", "compare a channel by hand", known=known
    )


def _leaves_input_alone(scale: Callable) -> None:
    """y itself is not changed"""
    y, l = _example()
    before = y.clone()
    scale(y, l)
    expect_close(y, before, "y after the call", "y was changed in place: write into a new tensor instead")


def scale_by_loop(scale: Callable) -> None:
    """Check `scale_by_loop(y, l)`: y of shape (B, T, d), l of shape (d,)."""
    run_properties(scale, [_multiplies_channels, _keeps_shape, _leaves_input_alone])


def _linear() -> nn.Linear:
    """3 inputs, 4 outputs, a bias that cannot be overlooked."""
    linear = nn.Linear(3, 4)
    nn.init.constant_(linear.bias, 2.0)
    return linear


def _carries_l(layer_class: Callable) -> None:
    """the layer has a parameter l as long as the side it scales"""
    for side, length in (("out", 4), ("in", 3)):
        layer = layer_class(_linear(), side)
        expect(
            isinstance(getattr(layer, "l", None), nn.Parameter),
            "layer.l is an nn.Parameter",
            f"{type(getattr(layer, 'l', None)).__name__}",
            "assign self.l = nn.Parameter(...) after super().__init__()",
        )
        expect_equal(
            layer.l.numel(),
            length,
            f"entries of l for side={side!r} (Linear 3 -> 4)",
            'wrong side: "out" scales the outputs, "in" scales the inputs',
        )


def _starts_as_identity(layer_class: Callable) -> None:
    """a new layer computes exactly what the Linear computes"""
    linear = _linear()
    for side, length in (("out", 4), ("in", 3)):  # T = len(l): a wrong axis does not crash
        x = torch.randn(2, length, 3)
        expect_close(
            layer_class(linear, side)(x), linear(x), f"a new layer's output, side={side!r}",
            "l must start as ones, not random or zero: training then starts at the old model",
            known={
                "forward adds l: at l = 1 everything moved up by 1, so it is not a factor":
                    linear(x) + 1 if side == "out" else linear(x + 1),
            },
        )  # fmt: skip


def _set_l(layer: nn.Module) -> Tensor:
    with torch.no_grad():
        layer.l.copy_(torch.linspace(0.5, 2.0, layer.l.numel()).reshape(layer.l.shape))
    return layer.l.detach().flatten()


def _scales_outputs(layer_class: Callable) -> None:
    """side "out": every output is multiplied by its entry of l, the bias too"""
    linear, x = _linear(), torch.randn(4, 4, 3)
    layer = layer_class(linear, "out")
    l = _set_l(layer)
    with torch.no_grad():
        y, bias = linear(x), linear.bias
        known = {
            "the bias was forgotten: IA3 scales Wx + b, not Wx alone": l * (y - bias) + bias,
            "the bias was dropped: scale what the Linear returns": l * (y - bias),
            "l has no effect on the output": y,
            "l was added to the output: IA3 multiplies": l + y,
            "l runs over the positions T: line it up with the last axis": l[:, None] * y,
        }
    expect_close(layer(x), _by_loop(y, l), "l * (Wx + b)", "compare l * linear(x)", known=known)


def _scales_inputs(layer_class: Callable) -> None:
    """side "in": every input is multiplied by its entry of l, the bias is left alone"""
    linear, x = _linear(), torch.randn(3, 3, 3)
    layer = layer_class(linear, "in")
    l = _set_l(layer)
    with torch.no_grad():
        target = linear(_by_loop(x, l))
        known = {"l has no effect on the input": linear(x)}
    expect_close(layer(x), target, "W(l * x) + b", "scale x, then call the Linear on it", known=known)


def _trains_only_l(layer_class: Callable) -> None:
    """l is the only parameter that is trained, and gradient reaches it"""
    layer = layer_class(_linear(), "out")
    trained = [name for name, weight in layer.named_parameters() if weight.requires_grad]
    expect_equal(
        trained, ["l"], "trainable parameters",
        "the base weights still train: call requires_grad_(False) on the Linear's parameters",
    )  # fmt: skip
    layer(torch.randn(2, 3)).sum().backward()
    expect(
        layer.l.grad is not None,
        "layer.l.grad after backward()",
        "None",
        "l was detached: use self.l itself in forward, not self.l.data",
    )


def ia3_linear(layer_class: Callable) -> None:
    """Check `IA3Linear(linear, side)`, an nn.Module with one trained parameter `l`."""
    run_properties(
        layer_class,
        [_carries_l, _starts_as_identity, _scales_outputs, _scales_inputs, _trains_only_l],
    )
