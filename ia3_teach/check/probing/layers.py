"""Probes of classes of layers: a Linear that carries a vector, a Linear with a low-rank change."""

import copy
from typing import Any

import torch
from torch import Tensor, nn

from ia3_teach.check.probing.calls import Case, each
from ia3_teach.check.probing.recorded import Record


def linear(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    """A Linear that holds these values."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, dtype=weight.dtype)
    layer.weight.data.copy_(weight)
    if bias is not None:
        layer.bias.data.copy_(bias)
    return layer


def scaling_layer(answer: Any, cases: dict[str, Case]) -> Record:
    """Build, look at, use, set, use again, differentiate, and use a second layer in between."""
    return each(answer, cases, _scaling)


def _scaling(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    weight, bias, side, x, l = one["arguments"]
    return _through(answer, (side,), weight, bias, x, {"l": l}, notes)


def low_rank_layer(answer: Any, cases: dict[str, Case]) -> Record:
    """The same for a layer with the parameters A and B."""
    return each(answer, cases, _low_rank)


def _low_rank(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    weight, bias, r, alpha, x, A, B = one["arguments"]
    return _through(answer, (r, alpha), weight, bias, x, {"A": A, "B": B}, notes)


def _through(
    answer: Any,
    more: tuple,
    weight: Tensor,
    bias: Tensor | None,
    x: Tensor,
    wanted: dict,
    notes: dict[str, Any],
) -> Any:
    """What every layer is asked, step by step; a step that fails leaves the notes of those before."""
    base = linear(weight, bias)
    layer = answer(base, *more)
    held = {name: getattr(layer, name, None) for name in wanted}
    own = {id(value): name for name, value in held.items()}
    notes["module"] = isinstance(layer, nn.Module)
    notes["parameter"] = {name: isinstance(value, nn.Parameter) for name, value in held.items()}
    notes["values"] = {name: value for name, value in held.items() if isinstance(value, Tensor)}
    notes["values"] = {name: value.detach().clone() for name, value in notes["values"].items()}
    trained = [(name, value) for name, value in layer.named_parameters() if value.requires_grad]
    notes["trained"] = sorted(own.get(id(value), name) for name, value in trained)
    notes["base frozen"] = not any(value.requires_grad for value in base.parameters())
    notes["start"] = layer(x.clone())
    notes["first gradients"] = _gradients(layer(x.clone()), held)
    with torch.no_grad():
        for name, value in wanted.items():
            held[name].copy_(value.reshape(held[name].shape))
    given = x.clone()
    output = layer(given)
    notes["set"] = output
    notes["x"] = given
    notes["gradients"] = _gradients(output, held)
    before = x.clone().requires_grad_()
    notes["gradients"] |= _gradients(layer(before * 1), {"x": before})
    with torch.no_grad():
        for value in held.values():
            value.mul_(-2)
    notes["set again"] = layer(x.clone())
    twin = answer(copy.deepcopy(base), *more)
    notes["twin"] = twin(x.clone())
    notes["once more"] = layer(x.clone())
    layer.eval()
    with torch.no_grad():
        notes["evaluated"] = layer(x.clone())
    notes["weight"], notes["bias"] = base.weight, base.bias
    return True


def _gradients(output: Any, held: dict[str, Any]) -> dict[str, Tensor | None]:
    """Of the sum of the squares of the output."""
    if not (isinstance(output, Tensor) and output.requires_grad):
        return dict.fromkeys(held)
    total = output.square().sum()
    found = torch.autograd.grad(total, list(held.values()), allow_unused=True)
    return dict(zip(held, found, strict=True))
