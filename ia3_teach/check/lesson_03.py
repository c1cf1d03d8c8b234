"""Checks of lesson 03: three hooks on one BERT block; `four_vectors.py` checks the second exercise."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ia3_teach.check.core import expect, expect_close, run_properties
from ia3_teach.check.four_vectors import fold_four as fold_four
from ia3_teach.check.toy_block import ToyBlock, by_hand


def _vectors() -> dict[str, Tensor]:
    return {
        "l_k": torch.tensor([2, 0.5, 3, 1.5]),
        "l_v": torch.tensor([0.5, 3, 1, 2]),
        "l_ff": torch.tensor([3, 2, 0.25, 1.5]),
    }


def _hooked(place_hooks: Callable) -> tuple[ToyBlock, Tensor, list]:
    """The toy with the learner's hooks on it, an input with B = T = d_model = d_ff, and the handles."""
    block, x = ToyBlock(), torch.randn(4, 4, 4)
    handles = place_hooks(block, **_vectors())
    expect(
        isinstance(handles, list | tuple) and all(hasattr(handle, "remove") for handle in handles),
        "a list of the handles that register_forward_hook returned", f"{handles!r}",
        "without its handle a hook cannot be taken off again",
    )  # fmt: skip
    return block, x, handles


def _known(x: Tensor) -> dict[str, Tensor]:
    """Outputs of the block with the vectors in known wrong places."""
    block, l = ToyBlock(), _vectors()
    k, v, ff = l["l_k"], l["l_v"], l["l_ff"]
    right = {"key": k, "value": v, "inner": ff}
    places = {
        "l_ff acts before GELU: hook the input of output.dense": right | {"inner": 1, "before_gelu": ff},
        "l_ff acts on the output of the second layer; it belongs on its input":
            right | {"inner": 1, "after": ff},
        "l_v acts on the output of attention.output.dense, where the heads are mixed already":
            right | {"value": 1, "attended": v},
        "l_v runs over positions T, not over channels": right | {"value": v[:, None]},
        "l_k runs over positions T, not over channels": right | {"key": k[:, None]},
        "l_k and l_v are swapped": right | {"key": v, "value": k},
        "l_k had no effect": right | {"key": 1},
        "l_v had no effect": right | {"value": 1},
        "l_ff had no effect": right | {"inner": 1},
        "each hook used the last vector: a lambda in a loop looks its variable up when it is called":
            {"key": ff, "value": ff, "inner": ff},
    }  # fmt: skip
    wrong = {mistake: by_hand(block, x, **factors) for mistake, factors in places.items()}
    none = by_hand(block, x)
    return wrong | {"nothing happened: a hook must RETURN the new output (or input)": none}


def _ones_change_nothing(place_hooks: Callable) -> None:
    """vectors of ones change nothing, bit for bit"""
    block, x = ToyBlock(), torch.randn(4, 4, 4)
    before = block(x)
    place_hooks(block, **dict.fromkeys(("l_k", "l_v", "l_ff"), torch.ones(4)))
    expect(
        torch.equal(block(x), before), "the block's own output", "another one",
        "a vector multiplies; adding it, or adding 1 to it, is something else",
    )  # fmt: skip


def _computes_ia3(place_hooks: Callable) -> None:
    """the block computes softmax(q (l_k k)) (l_v v) and W_2 (l_ff GELU(W_1 x))"""
    block, x, _ = _hooked(place_hooks)
    l = _vectors()
    expect_close(
        block(x), by_hand(ToyBlock(), x, key=l["l_k"], value=l["l_v"], inner=l["l_ff"]),
        "the block's output", "test one vector at a time, with the other two at ones", known=_known(x),
    )  # fmt: skip


def _sits_where_the_paper_says(place_hooks: Callable) -> None:
    """keys and values themselves are scaled, not something that has the same effect"""
    block, x, _ = _hooked(place_hooks)
    seen: dict[str, Tensor] = {}
    for name in ("key", "value"):
        module = getattr(block.attention.self, name)
        module.register_forward_hook(lambda module, inputs, output, name=name: seen.update({name: output}))
    block(x)
    same = {
        "key": "the block computes the same, because scores see only the product of query and key: "
        "l_q and l_k are one. The paper's vector sits on the keys; with rotary positions the two differ",
        "value": "the block computes the same, because a factor on the input of W_O is one on the values. "
        "The paper's vector sits on the values",
    }
    for name, short in (("key", "l_k"), ("value", "l_v")):
        own = nn.functional.linear(x, *getattr(ToyBlock().attention.self, name).parameters())
        expect_close(seen[name], _vectors()[short] * own, f"the output of attention.self.{name}", same[name])


def _can_be_taken_off(place_hooks: Callable) -> None:
    """without the hooks the block is what it was: no weight was touched"""
    block, x, handles = _hooked(place_hooks)
    for handle in handles:
        handle.remove()
    kept = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in block.modules())
    expect(
        kept == 0, "no hook left", f"{kept} still there", "return the handle of every hook that you register"
    )
    expect_close(block(x), ToyBlock()(x), "the block's output", "the frozen weights were changed")


def place_hooks(answer: Callable) -> None:
    """Check `place_hooks(block, l_k, l_v, l_ff)`: three vectors on one block, returning the handles."""
    run_properties(
        answer, [_ones_change_nothing, _computes_ia3, _sits_where_the_paper_says, _can_be_taken_off]
    )
