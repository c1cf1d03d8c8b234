"""The checks of lesson 03 accept the reference and name every known wrong answer."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from transformers.models.bert.modeling_bert import BertConfig, BertLayer

from ia3_teach.check import lesson_03
from ia3_teach.check.drawing import Draw
from ia3_teach.check.mutants import assert_rejects
from ia3_teach.check.probing.blocks import ToyBlock
from ia3_teach.check.toy_block import block_weights, by_hand


def output(module: nn.Module, change: Callable[[Tensor], Tensor]) -> object:
    return module.register_forward_hook(lambda module, inputs, y: change(y))


def entry(module: nn.Module, change: Callable[[Tensor], Tensor]) -> object:
    return module.register_forward_pre_hook(lambda module, inputs: (change(inputs[0]),))


def hooked(**places: tuple[str, Callable]) -> Callable:
    """An answer that hooks the paper's places, but for those that are given: {vector: (path, in or out)}."""
    right = {
        "l_k": ("attention.self.key", output),
        "l_v": ("attention.self.value", output),
        "l_ff": ("output.dense", entry),
    }

    def place_hooks(block: nn.Module, l_k: Tensor, l_v: Tensor, l_ff: Tensor) -> list:
        handles, vectors = [], {"l_k": l_k, "l_v": l_v, "l_ff": l_ff}
        for name, (path, side) in (right | places).items():
            module = block.get_submodule(path)
            handles.append(side(module, lambda y, l=vectors[name]: l * y))
        return handles

    return place_hooks


reference = hooked()


def behind_gelu(block: nn.Module, l_k: Tensor, l_v: Tensor, l_ff: Tensor) -> list:
    """Also right: the output of GELU is the input of the second layer."""
    return hooked(l_ff=("intermediate", output))(block, l_k=l_k, l_v=l_v, l_ff=l_ff)


def swapped(block: nn.Module, l_k: Tensor, l_v: Tensor, l_ff: Tensor) -> list:
    return reference(block, l_k=l_v, l_v=l_k, l_ff=l_ff)


def wrong_axis(block: nn.Module, l_k: Tensor, l_v: Tensor, l_ff: Tensor) -> list:
    return reference(block, l_k=l_k, l_v=l_v[:, None], l_ff=l_ff)


def additive(block: nn.Module, l_k: Tensor, l_v: Tensor, l_ff: Tensor) -> list:
    layer = block.attention.self
    handles = [output(layer.key, lambda y: y + l_k), output(layer.value, lambda y: y + l_v)]
    return [*handles, entry(block.output.dense, lambda x: x + l_ff)]


def late_binding(block: nn.Module, l_k: Tensor, l_v: Tensor, l_ff: Tensor) -> list:
    handles = []
    places = (("attention.self.key", l_k), ("attention.self.value", l_v), ("intermediate", l_ff))
    for path, l in places:
        handles.append(block.get_submodule(path).register_forward_hook(lambda m, x, y: l * y))  # noqa: B023
    return handles


def returns_nothing(block: nn.Module, l_k: Tensor, l_v: Tensor, l_ff: Tensor) -> list:
    return [
        block.attention.self.key.register_forward_hook(lambda m, x, y: None),
        block.attention.self.value.register_forward_hook(lambda m, x, y: None),
    ]


def no_handles(block: nn.Module, l_k: Tensor, l_v: Tensor, l_ff: Tensor) -> None:
    reference(block, l_k=l_k, l_v=l_v, l_ff=l_ff)


def one_handle(block: nn.Module, l_k: Tensor, l_v: Tensor, l_ff: Tensor) -> list:
    return reference(block, l_k=l_k, l_v=l_v, l_ff=l_ff)[:1]


def in_the_weights(block: nn.Module, l_k: Tensor, l_v: Tensor, l_ff: Tensor) -> list:
    with torch.no_grad():
        for linear, l in ((block.attention.self.key, l_k), (block.attention.self.value, l_v)):
            linear.weight *= l[:, None]
            linear.bias *= l
        block.output.dense.weight *= l_ff
    return []


def test_place_hooks_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_03.place_hooks,
        reference,
        {
            "l_ff before GELU": (hooked(l_ff=("intermediate.dense", output)), "before GELU"),
            "l_ff after the second layer": (
                hooked(l_ff=("output.dense", output)),
                "output of the second layer",
            ),
            "l_v after W_O": (hooked(l_v=("attention.output.dense", output)), "where the heads are mixed"),
            "queries for keys": (hooked(l_k=("attention.self.query", output)), "l_q and l_k are one"),
            "W_O's input for values": (
                hooked(l_v=("attention.output.dense", entry)),
                "the input of W_O is one",
            ),
            "values' wrong axis": (wrong_axis, "l_v runs over positions"),
            "swapped": (swapped, "are swapped"),
            "additive": (additive, "adding it"),
            "late binding": (late_binding, "each hook used the last vector"),
            "hooks return nothing": (returns_nothing, "must RETURN"),
            "no handles": (no_handles, "without its handle"),
            "one handle": (one_handle, "of every hook that you register"),
            "into the weights": (in_the_weights, "weights were changed"),
        },
    )


def test_both_sides_of_the_inner_activation_are_right() -> None:
    lesson_03.place_hooks(behind_gelu)


def test_the_loops_agree_with_the_block() -> None:
    weights, x = block_weights(Draw(0), 4, 6), torch.randn(2, 3, 4)
    torch.testing.assert_close(by_hand(weights, x).float(), ToyBlock(4, 6, weights)(x))


def kinds(block: nn.Module, x: Tensor) -> dict[str, tuple[int, str]]:
    """Of each module that is called: how many tensors go in, and what kind of thing comes out."""
    seen: dict[str, tuple[int, str]] = {}
    for name, module in block.named_modules():
        module.register_forward_hook(
            lambda module, inputs, y, name=name: seen.update(
                {name: (sum(isinstance(given, Tensor) for given in inputs), type(y).__name__)}
            )
        )
    block(x)
    return seen


def test_a_hook_finds_in_the_block_what_it_finds_in_bert() -> None:
    sizes = {"hidden_size": 4, "intermediate_size": 6, "num_attention_heads": 2}
    real = kinds(BertLayer(BertConfig(**sizes, attn_implementation="eager")), torch.randn(2, 3, 4))
    toy = kinds(ToyBlock(4, 6, block_weights(Draw(0), 4, 6)), torch.randn(2, 3, 4))
    assert {name: real[name] for name in toy if name} == {name: toy[name] for name in toy if name}


def folded(l_q: Tensor, l_k: Tensor, l_v: Tensor, l_o: Tensor) -> tuple[Tensor, Tensor]:
    return l_q * l_k, l_v * l_o


def in_place(l_q: Tensor, l_k: Tensor, l_v: Tensor, l_o: Tensor) -> tuple[Tensor, Tensor]:
    return l_k.mul_(l_q), l_v.mul_(l_o)


def test_fold_four_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_03.fold_four,
        folded,
        {
            "nothing": (lambda l_q, l_k, l_v, l_o: None, "is `return` missing"),
            "swapped": (lambda l_q, l_k, l_v, l_o: (l_v * l_o, l_q * l_k), "wrong order"),
            "l_q dropped": (lambda l_q, l_k, l_v, l_o: (l_k, l_v * l_o), "l_q was dropped"),
            "l_o dropped": (lambda l_q, l_k, l_v, l_o: (l_q * l_k, l_v), "l_o was dropped"),
            "q and k added": (lambda l_q, l_k, l_v, l_o: (l_q + l_k, l_v * l_o), "l_q and l_k were added"),
            "v and o added": (lambda l_q, l_k, l_v, l_o: (l_q * l_k, l_v + l_o), "l_v and l_o were added"),
            "l_o into the keys": (lambda l_q, l_k, l_v, l_o: (l_q * l_k * l_o, l_v), "into the keys as well"),
            "l_o instead of l_q": (lambda l_q, l_k, l_v, l_o: (l_k * l_o, l_v * l_q), "moved into the keys:"),
            "l_q into the values": (lambda l_q, l_k, l_v, l_o: (l_q * l_k, l_v * l_q), "l_q was moved into"),
            "roots": (lambda *four: tuple(one.sqrt() for one in folded(*four)), "the root was taken"),
            "in place": (in_place, "not in place"),
        },
    )
