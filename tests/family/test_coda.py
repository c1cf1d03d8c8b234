"""CoDA by hand: every token has its small network, and the frozen layer those that the router lets in."""

import pytest
import torch
from family.one_layer import EXACT, holds, layer, moved, numbers
from small_models import bloom, tokens
from torch import Tensor

from ia3_teach import attach, fit
from ia3_teach.family.coda import CoDA, Routed
from ia3_teach.layer import wrapped


def formula(a: Routed, x: Tensor) -> Tensor:
    admitted = 1.0 if float(a.w @ x + a.v) > 0 else 0.0
    network = a.U @ (a.D @ x + a.a).clamp(min=0) + a.c
    return admitted * (layer().weight @ x + layer().bias) + 1.5 * network


class SoftRouter(Routed):
    def around(self, inner, x: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(x)) * inner(x) + self.scale * self.through(x)


class RoutesTheNetworkToo(Routed):
    def around(self, inner, x: Tensor) -> Tensor:
        return (self.logits(x) > 0) * (inner(x) + self.scale * self.through(x))


class RoutesByTheAverage(Routed):
    def logits(self, x: Tensor) -> Tensor:
        return super().logits(x).mean(-2, keepdim=True).expand(*x.shape[:-1], 1)


def routed(kind: type[Routed] = Routed) -> Routed:
    adapter = moved(kind(layer(), 2, 1.5, 0.0))
    with torch.no_grad():
        adapter.w.copy_(numbers(6))
        adapter.v.zero_()
    return adapter


def test_the_numbers_let_some_tokens_in_and_keep_some_out() -> None:
    admitted = routed().logits(numbers(2, 3, 6)) > 0
    assert admitted.any() and not admitted.all()


@pytest.mark.parametrize(
    ("kind", "right"),
    [(Routed, True), (SoftRouter, False), (RoutesTheNetworkToo, False), (RoutesByTheAverage, False)],
)
def test_it_is_the_formula(kind, right: bool) -> None:
    assert holds(routed(kind), layer(), formula) == right


def test_with_and_without_gradients_it_is_the_same_and_without_the_others_are_not_computed() -> None:
    adapter, x, met = routed(), numbers(2, 3, 6), []

    def inner(x: Tensor) -> Tensor:
        met.append(x)
        return layer()(x)

    whole = adapter.around(inner, x)
    with torch.no_grad():
        spared = adapter.around(inner, x)
    torch.testing.assert_close(whole, spared, **EXACT)
    assert met[0] is x and len(met[1]) == (adapter.logits(x) > 0).sum() < 6


def test_the_router_has_the_gradient_of_the_share() -> None:
    adapter, x = routed(), numbers(2, 3, 6)
    adapter.price = 0.2
    y = layer()(x).detach()
    adapter.mixed(y, x).sum().backward()
    share = torch.sigmoid(adapter.logits(x))
    (wanted,) = torch.autograd.grad((share * y).sum() + 0.2 * share.mean(), adapter.w)
    torch.testing.assert_close(adapter.w.grad, wanted, **EXACT)


def test_a_high_price_keeps_tokens_out() -> None:
    data = [{"input_ids": row.tolist(), "labels": row.tolist()} for row in tokens()]
    found = {}
    for price in (0.0, 50.0):
        model = bloom().float()
        attach(model, CoDA(price=price))
        fit(model, data, steps=25, learning_rate=0.3)
        router = next(iter(wrapped(model).values())).adapters["default"]
        found[price] = torch.sigmoid(router.v).item()
    assert found[50.0] < 0.5 < found[0.0]
