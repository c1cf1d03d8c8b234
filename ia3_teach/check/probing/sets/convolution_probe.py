"""Exercise 1.2: a convolution that carries a vector. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ia3_teach.check.probing.sets.calls import (
    below,
    grad,
    named_parameters,
    plain,
    reached,
    recorded,
    trained,
    tried,
)
from ia3_teach.check.probing.sets.drawing import factors, normal
from ia3_teach.course.sets.variants import generator, number

Cases = list[dict[str, Any]]
# (dimensions, channels in, out, settings of the convolution)
CONVOLUTIONS = [
    (1, 4, 4, {"kernel_size": 3, "padding": 1}),
    (1, 4, 6, {"kernel_size": 2, "stride": 2, "groups": 2}),
    (2, 3, 5, {"kernel_size": (3, 1), "padding": (2, 1), "stride": (1, 2), "dilation": 2}),
    (2, 4, 4, {"kernel_size": 3, "padding": 1, "bias": False}),
]


def convolution_cases(seed: int) -> Cases:
    """Convolutions in one and two dimensions on both sides, with a vector and an input of 4 rows or 1."""
    draw, cases = generator(seed), []
    for dimensions, d_in, d_out, settings in CONVOLUTIONS:
        for side in ("out", "in"):
            kernel = settings["kernel_size"]
            sizes = [kernel] * dimensions if isinstance(kernel, int) else list(kernel)
            case = {"dimensions": dimensions, "d_in": d_in, "d_out": d_out, "settings": settings}
            case["side"] = side
            case["weight"] = normal(draw, d_out, d_in // settings.get("groups", 1), *sizes)
            case["bias"] = 2 + normal(draw, d_out) if settings.get("bias", True) else None
            case["l"] = factors(draw, d_out if side == "out" else d_in)
            extent = [number(draw, 5, 7) for _ in range(dimensions)]
            case["x"] = normal(draw, 1 if "groups" in settings else 4, d_in, *extent)
            cases.append(case)
    return cases


@recorded
def probe_convolution(answer: Callable, cases: Cases) -> Any:
    """Of each layer: what trains, the output at the start, with the vector in both modes, the gradients."""
    return [_layer(answer, case) for case in cases]


def _layer(answer: Callable, case: dict[str, Any]) -> dict[str, Any]:
    conv, record = convolution(case), {}
    with tried(record):
        layer = answer(conv, case["side"])
        _start(layer, case["x"], record)
        with torch.no_grad():
            layer(case["x"].clone())  # what is folded in here, or kept, spoils what follows
            layer.l.copy_(case["l"].reshape(layer.l.shape))
            record["quiet"] = plain(layer(case["x"].clone()))
        layer.train()
        output = layer(case["x"].clone())
        record["output"] = plain(output)
        record["reached"] = reached(output, conv)
        output.square().sum().backward()
        record["gradient"] = plain(None if layer.l.grad is None else layer.l.grad.flatten())
        record["left"] = [plain(weight.grad) for _, weight in named_parameters(conv)]
        record |= below(layer, case["x"])
        record["held"] = [plain(conv.weight), plain(conv.bias)]
    return record


def _start(layer: Any, x: Tensor, record: dict[str, Any]) -> None:
    """What a new layer trains and returns, and the gradient that comes to its l; it ends in eval mode."""
    record["trained"] = trained(layer, "l")
    output = layer(x.clone())
    record["start"] = plain(output)
    reaching = output.requires_grad and isinstance(getattr(layer, "l", None), nn.Parameter)
    record["first"] = plain(grad(output.sum(), layer.l, allow_unused=True)[0]) if reaching else None
    record["entries"] = plain(layer.l)
    layer.eval()
    record["trained"] |= trained(layer, "l")


def convolution(case: dict[str, Any]) -> nn.Module:
    """The convolution of a case, with its weights."""
    kind = (nn.Conv1d, nn.Conv2d)[case["dimensions"] - 1]
    conv = kind(case["d_in"], case["d_out"], **case["settings"])
    conv.weight.data = case["weight"].clone()
    if case["bias"] is not None:
        conv.bias.data = case["bias"].clone()
    return conv
