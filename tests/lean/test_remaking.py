"""What an activation was computed from is read off autograd's graph, and gives it again to the bit."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint
from transformers.activations import ACT2FN
from transformers.models.bloom.modeling_bloom import BloomGelu, bloom_gelu_forward

from ia3_teach.lean import remaking
from ia3_teach.lean.remaking import bloom_gelu, origin


def inputs() -> tuple[torch.Tensor, torch.Tensor]:
    u, v = torch.randn(2, 4, 6, generator=torch.Generator().manual_seed(0)).requires_grad_() * 1
    return u, v


MADE_AGAIN = {
    "gelu": F.gelu,
    "gelu by tanh": lambda u: F.gelu(u, approximate="tanh"),
    "silu": F.silu,
    "gelu of GPT-2": ACT2FN["gelu_new"],
    "gelu of BLOOM": BloomGelu(),
}


@pytest.mark.parametrize("name", MADE_AGAIN)
def test_an_activation_is_computed_again_to_the_bit(name) -> None:
    u, _ = inputs()
    y = MADE_AGAIN[name](u)
    function, kept = origin(y)
    assert torch.equal(function(*kept), y)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("shape", [(3, 50_000), (2, 3, 4), (0, 4), ()], ids=str)
def test_blooms_activation_is_made_in_parts_to_the_bit(shape, dtype) -> None:
    u = (torch.randn(shape, dtype=torch.float64) * 3).to(dtype)
    for given in (u, u.t() if u.dim() == 2 else u):
        assert torch.equal(bloom_gelu(torch.tanh, given), bloom_gelu_forward(given))


def test_another_function_of_the_same_name_is_left_alone() -> None:
    class GeLUFunction(torch.autograd.Function):
        @staticmethod
        def forward(ctx, u):
            ctx.save_for_backward(u)
            return u + 1

        @staticmethod
        def backward(ctx, g):
            return g

    assert origin(GeLUFunction.apply(inputs()[0])) is None


def test_a_gated_activation_is_the_product_of_what_its_backward_keeps() -> None:
    u, v = inputs()
    y = F.silu(u) * v
    function, kept = origin(y)
    assert torch.equal(function(*kept), y) and kept[1].data_ptr() == v.data_ptr()


@pytest.mark.parametrize("make", [torch.exp, F.relu, lambda u: u * 2, lambda u: F.dropout(F.gelu(u), 0.5)])
def test_what_cannot_be_computed_again_from_tensors_is_left_alone(make) -> None:
    assert origin(make(inputs()[0])) is None


def test_what_needs_no_gradient_has_no_origin() -> None:
    assert origin(F.gelu(torch.randn(3))) is None


def test_inside_a_checkpoint_nothing_is_unpacked() -> None:
    found = []

    def block(u: torch.Tensor) -> torch.Tensor:
        y = F.gelu(u * 1)
        found.append(origin(y))
        return y

    checkpoint(block, torch.randn(3, requires_grad=True), use_reentrant=False).sum().backward()
    assert found[0] is None


def test_a_torch_that_does_not_show_what_it_keeps_makes_nothing_again(monkeypatch) -> None:
    class Sealed:  # torch 2.11 has the hook and no `unpack`, older ones neither
        unpack_hook = None

    for sealed in (Sealed(), object()):
        monkeypatch.setitem(remaking.NODES, "GeluBackward0", lambda node, kept=sealed: (F.gelu, [kept]))
        assert origin(F.gelu(inputs()[0])) is None
