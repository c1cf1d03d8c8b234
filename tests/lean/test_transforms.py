"""Second derivatives, torch.func, forward mode, threads, other graphs: as with the plain product."""

import threading

import pytest
import torch
from torch import nn
from torch.autograd import forward_ad
from torch.func import functional_call, grad, jvp, vmap
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from ia3_teach.lean.scaling import scale_recomputing, scale_recovering


def plain(y: torch.Tensor, l: torch.Tensor) -> torch.Tensor:
    return (y * l).to(y.dtype)


def recovered(product, u: torch.Tensor, l: torch.Tensor) -> torch.Tensor:
    return product(u * 2, l).tanh()


def recomputed(product, u: torch.Tensor, l: torch.Tensor) -> torch.Tensor:
    return product(F.gelu(u * 2), l).tanh()


def gated(product, u: torch.Tensor, l: torch.Tensor) -> torch.Tensor:
    return product(F.silu(u * 2) * (u + 1), l).tanh()


WAYS = {
    "recovered": (recovered, scale_recovering),
    "fused": (recovered, lambda y, l: scale_recovering(y, l, fused=True)),
    "recomputed": (recomputed, scale_recomputing),
    "gated": (gated, scale_recomputing),
}


def inputs() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    u = torch.randn(2, 3, 4, generator=generator, dtype=torch.float64)
    l = torch.rand(4, generator=generator, dtype=torch.float64) + 0.5
    return u.requires_grad_(), l.requires_grad_()


def one_backward(f, u, l):
    return torch.autograd.grad(f(u, l).sum(), (u, l))


def second_derivative(f, u, l):
    first = torch.autograd.grad(f(u, l).pow(2).sum(), (u, l), create_graph=True)
    return torch.autograd.grad(sum((g**3).sum() for g in first), (u, l))


def two_backwards_through_one_graph(f, u, l):
    z = f(u, l).sum()
    first = torch.autograd.grad(z, (u, l), retain_graph=True)
    return [a + b for a, b in zip(first, torch.autograd.grad(z, (u, l)), strict=True)]


def only_the_vector(f, u, l):
    return torch.autograd.grad(f(u, l).sum(), l)


def of_a_frozen_input(f, u, l):
    return torch.autograd.grad(f(u.detach(), l).sum(), l)


def function_gradient(f, u, l):
    return grad(lambda u, l: f(u, l).sum(), argnums=(0, 1))(u.detach(), l.detach())


def gradients_per_row(f, u, l):
    return vmap(grad(lambda row, l: f(row[None], l).sum(), argnums=(0, 1)), (0, None))(u.detach(), l.detach())


def tangents(f, u, l):
    return jvp(f, (u.detach(), l.detach()), (torch.ones_like(u), torch.ones_like(l)))


def forward_mode(f, u, l):
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(u, torch.ones_like(u))
        return [forward_ad.unpack_dual(f(dual, l)).tangent.detach()]


def second_by_function(f, u, l):
    return [grad(lambda l: grad(lambda l: f(u, l).sum())(l).pow(2).sum())(l.detach()).detach()]


def called_with_other_parameters(f, u, l):
    class Layer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.l = nn.Parameter(torch.ones_like(l))

        def forward(self, u: torch.Tensor) -> torch.Tensor:
            return f(u, self.l)

    return torch.autograd.grad(functional_call(Layer(), {"l": l * 2}, u).sum(), (u, l))


def checkpointed(f, u, l):
    return torch.autograd.grad(checkpoint(f, u, l, use_reentrant=False).sum(), (u, l))


def in_another_thread(f, u, l):
    z, found = f(u, l).sum(), []
    thread = threading.Thread(target=lambda: found.extend(torch.autograd.grad(z, (u, l))))
    thread.start()
    thread.join()
    return found


def without_gradients(f, u, l):
    with torch.no_grad():
        first = f(u, l)
    with torch.inference_mode():
        return [first, f(u, l).clone()]


def on_meta(f, u, l):
    return [torch.zeros(f(u.to("meta"), l.to("meta")).shape)]


ASKED = [one_backward, second_derivative, two_backwards_through_one_graph, only_the_vector, of_a_frozen_input]
ASKED += [function_gradient, gradients_per_row, tangents, forward_mode, second_by_function]
ASKED += [called_with_other_parameters, checkpointed, in_another_thread, without_gradients, on_meta]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.__name__)
@pytest.mark.parametrize("way", WAYS)
def test_whatever_autograd_is_asked_the_answer_is_the_plain_one(way: str, asked) -> None:
    chain, lean = WAYS[way]
    found = asked(lambda u, l: chain(lean, u, l), *inputs())
    expected = asked(lambda u, l: chain(plain, u, l), *inputs())
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_a_batched_backward_is_the_plain_one_too(way: str) -> None:
    chain, lean = WAYS[way]
    found = []
    for product in (lean, plain):
        u, l = inputs()
        z = chain(product, u, l).sum((0, 1))
        found.append(torch.autograd.grad(z, (u, l), torch.eye(4, dtype=z.dtype), is_grads_batched=True))
    torch.testing.assert_close(*found, rtol=1e-10, atol=1e-12)


class Product(nn.Module):
    def __init__(self, way: str) -> None:
        super().__init__()
        (self.use, self.product), self.l = WAYS[way], nn.Parameter(inputs()[1].detach())

    def forward(self, u: torch.Tensor) -> torch.Tensor:
        return self.use(self.product, u, self.l)


@pytest.mark.parametrize("way", WAYS)
def test_a_traced_product_can_be_written_to_a_file(way: str, tmp_path) -> None:
    """A function of Python's own, which the lean product is, has no place in such a file."""
    layer, u = Product(way), inputs()[0].detach()
    torch.jit.save(torch.jit.trace(layer, u), tmp_path / "traced")
    again = torch.jit.load(tmp_path / "traced")
    torch.testing.assert_close(again(u), layer(u), rtol=0, atol=1e-15)
    asked = [torch.autograd.grad(each(u).sum(), [*each.parameters()]) for each in (again, layer)]
    torch.testing.assert_close(*asked, rtol=0, atol=1e-12)
