"""The probe of hooks on a BERT block, and the block: BERT's names of modules, small enough for loops."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from ia3_teach.check.probing.calls import Case, each
from ia3_teach.check.probing.recorded import Record

HEADS = 2


class ToyBlock(nn.Module):
    """x + attention(x), then + feed-forward, without norms; `weights` are named like its parameters."""

    def __init__(self, width: int, inner: int, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.attention = nn.Module()
        self.attention.self = nn.Module()
        for name in ("query", "key", "value"):
            setattr(self.attention.self, name, nn.Linear(width, width))
        self.attention.output = _dense(width, width)
        self.intermediate = _Inner(width, inner)
        self.output = _Output(inner, width)
        self.load_state_dict({name: value.clone() for name, value in weights.items()})
        self.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """x of shape (B, T, width)."""
        layer = self.attention.self
        q, k, v = (_split(linear(x)) for linear in (layer.query, layer.key, layer.value))
        weights = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1)
        x = x + self.attention.output.dense((weights @ v).transpose(1, 2).flatten(2))
        return self.output(self.intermediate(x), x)


class _Inner(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.dense, self.intermediate_act_fn = nn.Linear(width, inner), nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        return self.intermediate_act_fn(self.dense(x))


class _Output(nn.Module):
    def __init__(self, inner: int, width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(inner, width)

    def forward(self, inner: Tensor, x: Tensor) -> Tensor:
        return x + self.dense(inner)


def _dense(d_in: int, d_out: int) -> nn.Module:
    module = nn.Module()
    module.dense = nn.Linear(d_in, d_out)
    return module


def _split(y: Tensor) -> Tensor:
    return y.unflatten(-1, (HEADS, -1)).transpose(1, 2)


def hooks_on_a_block(answer: Any, cases: dict[str, Case]) -> Record:
    """Place hooks, run the block, also in eval(), look at keys and values, take hooks off, run it again."""
    return each(answer, cases, _hooked)


def _hooked(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    weights, x, *vectors = one["arguments"]
    block = ToyBlock(x.shape[-1], len(weights["intermediate.dense.bias"]), weights)
    other = ToyBlock(x.shape[-1], len(weights["intermediate.dense.bias"]), weights)
    notes["bare"] = block(x.clone())
    handles = answer(block, *vectors)
    notes["kind"] = "list" if isinstance(handles, list) else type(handles).__name__[:40]
    notes["vectors"] = [vector.clone() for vector in vectors]
    handles = list(handles)
    notes["handles"] = [callable(getattr(handle, "remove", None)) for handle in handles]
    notes["output"] = block(x.clone())
    notes["second"] = block(2 * x)
    block.eval()
    with torch.no_grad():
        notes["evaluated"] = block(x.clone())
    block.train()
    before = x.clone().requires_grad_()
    total = block(before * 1).square().sum()
    notes["gradient"] = torch.autograd.grad(total, before)[0] if total.requires_grad else None
    notes["other block"] = other(x.clone())
    notes["key"], notes["value"] = _seen(block, x)
    notes["weights"] = {name: value.clone() for name, value in block.state_dict().items()}
    for handle in handles:
        handle.remove()
    notes["kept"] = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in block.modules())
    notes["freed"] = block(x.clone())
    return True


def _seen(block: ToyBlock, x: Tensor) -> list[Tensor]:
    """What the key and the value layer hand on."""
    seen: dict[str, Tensor] = {}
    own = [
        getattr(block.attention.self, name).register_forward_hook(
            lambda module, inputs, output, name=name: seen.update({name: output.clone()})
        )
        for name in ("key", "value")
    ]
    block(x.clone())
    for handle in own:
        handle.remove()
    return [seen["key"], seen["value"]]
