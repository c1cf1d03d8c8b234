"""What others do to tensors between forward and backward: the gradient is the plain one, or is refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.autograd.graph import save_on_cpu, saved_tensors_hooks
from torch.nn import functional as F

from ia3_teach import IA3, attach
from ia3_teach.lean.scaling import scale_recomputing, scale_recovering


def plain(y: torch.Tensor, l: torch.Tensor) -> torch.Tensor:
    return (y * l).to(y.dtype)


def inputs() -> tuple[torch.Tensor, ...]:
    u, v = torch.randn(2, 2, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    l = torch.linspace(0.5, 1.5, 4, dtype=torch.float64)
    return u.clone().requires_grad_(), v.clone().requires_grad_(), l.requires_grad_()


def change(tensor: torch.Tensor) -> None:
    with torch.no_grad():
        tensor.mul_(2)


MAKE = {
    "gelu": lambda u, v: F.gelu(u),
    "silu": lambda u, v: F.silu(u),
    "product": lambda u, v: F.silu(u) * v,
    "broadcast": lambda u, v: F.silu(u) * v[:, :1],
    "frozen factor": lambda u, v: F.silu(u) * v.detach(),
    "frozen activation": lambda u, v: F.silu(u).detach() * v,
    "its own square": lambda u, v: u * u,
    "by a number": lambda u, v: F.gelu(u) * 2.0,
    "a view": lambda u, v: F.gelu(u).transpose(0, 1).contiguous().transpose(0, 1),
    "a slice": lambda u, v: F.gelu(torch.cat([u, v], -1))[..., :4],
    "in place": lambda u, v: F.gelu(u).mul_(v),
    "in place by a number": lambda u, v: F.gelu(u).mul_(2),
}
WHEN = ["before the product", "before backward", "never"]


@settings(max_examples=150, deadline=None)
@given(
    make=st.sampled_from(sorted(MAKE)),
    what=st.sampled_from(["u", "v", "y"]),
    when=st.sampled_from(WHEN),
    alone=st.booleans(),
)
def test_a_change_in_place_gives_the_plain_gradient_or_an_error(make, what, when, alone) -> None:
    """`alone`: only ∂L/∂l is asked, so that no other node sees that something was changed."""
    found = []
    for product in (scale_recomputing, plain):
        u, v, l = inputs()
        tensors = {"u": u * 1, "v": v * 1}
        tensors["y"] = MAKE[make](tensors["u"], tensors["v"])
        try:
            if when == "before the product":
                change(tensors[what])
            z = product(tensors["y"], l)
            if when == "before backward":
                change(tensors[what])
            found.append(torch.autograd.grad(z.sin().sum(), l if alone else (u, v, l), allow_unused=True))
        except (RuntimeError, ValueError) as error:
            assert "in place" in str(error) or "inplace" in str(error)
            found.append(None)
    if None not in found:
        torch.testing.assert_close(*found, rtol=1e-12, atol=1e-12)
    assert when != "never" or None not in found


HOOKS = {
    "the same": (lambda t: t, lambda t: t),
    "a copy": (torch.clone, lambda t: t),
    "another number": (lambda t: t * 2, lambda t: t / 2),
    "fewer bits": (lambda t: t.float(), lambda t: t.double()),
    "another shape": (lambda t: (t.flatten(), t.shape), lambda packed: packed[0].view(packed[1])),
    "one dimension more": (lambda t: t.unsqueeze(-1), lambda t: t.squeeze(-1)),
}


@pytest.mark.parametrize("hooks", HOOKS)
@pytest.mark.parametrize("around", ["the activation", "both"])
@pytest.mark.parametrize("make", ["gelu", "product"])
def test_hooks_on_saved_tensors_may_pack_them_as_they_like(make, around, hooks) -> None:
    found = []
    for product in (scale_recomputing, plain):
        u, v, l = inputs()
        with saved_tensors_hooks(*HOOKS[hooks]):
            y = MAKE[make](u, v)
            z = product(y, l) if around == "both" else None
        z = product(y, l) if z is None else z
        found.append(torch.autograd.grad(z.sin().sum(), (u, l)))
    torch.testing.assert_close(*found, rtol=1e-5 if hooks == "fewer bits" else 1e-12, atol=1e-12)


def test_activations_may_be_offloaded() -> None:
    found = []
    for product in (scale_recomputing, plain):
        u, v, l = inputs()
        with save_on_cpu():
            z = product(F.silu(u) * v, l)
        found.append(torch.autograd.grad(z.sum(), (u, v, l)))
    torch.testing.assert_close(*found)


@pytest.mark.parametrize("after", [nn.ReLU(inplace=True), lambda z: z.add_(1), lambda z: z.mul_(2)])
def test_a_layer_of_ones_own_may_be_followed_by_a_step_in_place(after) -> None:
    """Which layers attention follows is known of the architectures alone; elsewhere the product is plain."""
    linear, found = nn.Linear(4, 6).double(), []
    model = nn.Sequential(linear)
    attach(model, IA3(sites={"0": "out"}))
    l, x = next(p for p in model.parameters() if p.requires_grad), inputs()[0]
    l.data.uniform_(0.5, 2)
    for z in (model(x), linear(x) * l):
        found.append(torch.autograd.grad(after(z).sum(), l))
    torch.testing.assert_close(*found)


def test_a_key_that_is_changed_in_place_is_refused_in_words() -> None:
    u, _, l = inputs()
    z = scale_recovering(u, l)
    change(z)
    with pytest.raises(ValueError, match="changed in place before backward.*write that step out of place"):
        z.sum().backward()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_gives_what_the_plain_product_gives(dtype) -> None:
    found, linear = [], nn.Linear(4, 4)
    for product in (scale_recomputing, plain):
        u, _, l = (tensor.detach().float().requires_grad_() for tensor in inputs())
        l.data.fill_(1.5)
        with torch.autocast("cpu", dtype=dtype):
            z = linear(product(F.gelu(linear(u)), l))
        found.append(torch.autograd.grad(z.float().sum(), (u, l)))
    torch.testing.assert_close(*found)


def test_a_hook_or_a_patch_on_the_activation_has_its_own_gradient() -> None:
    def tripled(u: torch.Tensor) -> torch.Tensor:
        return F.gelu(u, approximate="tanh") * 3

    hooked, patched = nn.GELU(), nn.GELU()
    hooked.register_forward_hook(lambda module, inputs, y: y * 2)
    patched.forward = tripled
    for activation in (hooked, patched):
        found = []
        for product in (scale_recomputing, plain):
            u, _, l = inputs()
            found.append(torch.autograd.grad(product(activation(u), l).sin().sum(), (u, l)))
        torch.testing.assert_close(*found, rtol=1e-12, atol=1e-12)
