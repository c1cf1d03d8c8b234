"""The serial adapter by hand: y = h + U relu(D h + a) + c with h = W x + b."""

import pytest
import torch
from family.one_layer import holds, layer, moved
from small_models import bert
from torch import Tensor, nn

from ia3_teach import attach
from ia3_teach.family import SerialAdapter
from ia3_teach.family.serial_adapter import Bottleneck
from ia3_teach.layer import wrapped


class ReadsTheInput(Bottleneck):
    def around(self, inner, x: Tensor) -> Tensor:
        return inner(x) + self.through(x[..., : self.D.shape[1]])


class ForgetsTheResidual(Bottleneck):
    def around(self, inner, x: Tensor) -> Tensor:
        return self.through(inner(x))


class Linear(Bottleneck):
    def through(self, h: Tensor) -> Tensor:
        return (h @ self.D.T + self.a) @ self.U.T + self.c


def formula(adapter: nn.Module, x: Tensor) -> Tensor:
    linear = layer()
    h = linear.weight @ x + linear.bias
    inside = [max(0.0, float(adapter.D[k] @ h + adapter.a[k])) for k in range(len(adapter.a))]
    return (
        h
        + torch.stack([sum(u * z for u, z in zip(row, inside, strict=True)) for row in adapter.U])
        + adapter.c
    )


@pytest.mark.parametrize("settings", [{"placement": "everywhere"}, {"bottleneck": 0}, {"bottleneck": 1.5}])
def test_settings_that_cannot_be_are_refused(settings: dict) -> None:
    with pytest.raises(ValueError, match="placement is one of|bottleneck is a whole number"):
        SerialAdapter(**settings)


def test_it_is_the_formula() -> None:
    assert holds(moved(Bottleneck(layer(), 4, 3)), layer(), formula)


@pytest.mark.parametrize("wrong", [ReadsTheInput, ForgetsTheResidual, Linear])
def test_wrong_ones_are_told_apart(wrong) -> None:
    assert not holds(moved(wrong(layer(), 4, 3)), layer(), formula)


@pytest.mark.parametrize(("placement", "per_block"), [("houlsby", 2), ("pfeiffer", 1)])
def test_where_it_stands(placement: str, per_block: int) -> None:
    model = bert()
    attach(model, SerialAdapter(placement=placement))
    places = [path for path in wrapped(model) if path != "classifier"]
    assert len(places) == 2 * per_block and all(path.endswith("output.dense") for path in places)
