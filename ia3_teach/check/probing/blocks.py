"""The probe of hooks on a BERT block, and the block: BERT's names of modules, small enough for loops."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from ia3_teach.check.probing.calls import Case, each
from ia3_teach.check.probing.recorded import Record

HEADS = 2


class ToyBlock(nn.Module):
    """x + attention(x), then + feed-forward, without norms; `weights` are named like its parameters.

    Every module is called with what it gets in BERT and returns what it returns there, so that a hook finds
    the same in both.
    """

    def __init__(self, width: int, inner: int, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.attention = _Attention(width)
        self.intermediate = _Inner(width, inner)
        self.output = _Output(inner, width)
        self.load_state_dict({name: value.clone() for name, value in weights.items()})
        self.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """x of shape (B, T, width)."""
        x, _ = self.attention(x)
        return self.output(self.intermediate(x), x)


class _Attention(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.self, self.output = _Self(width), _Output(width, width)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        context, weights = self.self(x)
        return self.output(context, x), weights


class _Self(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        q, k, v = (_split(linear(x)) for linear in (self.query, self.key, self.value))
        weights = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1)
        return (weights @ v).transpose(1, 2).flatten(2), weights


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
