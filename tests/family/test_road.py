"""RoAd by hand and against PEFT: pairs of neighbouring channels are turned and stretched."""

import math

import peft
import pytest
import torch
from family.one_layer import holds, layer, moved
from family.twin import compare
from torch import Tensor, nn

from ia3_teach.family import RoAd
from ia3_teach.family.road import Rotation


class TurnsBack(Rotation):
    def turned(self, h: Tensor) -> Tensor:
        self.theta.data.neg_()
        found = super().turned(h)
        self.theta.data.neg_()
        return found


class PairsHalves(Rotation):
    def turned(self, h: Tensor) -> Tensor:
        first, second = h.chunk(2, -1)
        cos, sin = self.alpha * self.theta.cos(), self.alpha * self.theta.sin()
        return torch.cat([cos * first - sin * second, sin * first + cos * second], -1)


class LeavesTheBias(Rotation):
    def fold(self, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        return super().fold(weight, bias)[0], bias


def formula(adapter: nn.Module, x: Tensor) -> Tensor:
    linear = layer()
    h, y = linear.weight @ x + linear.bias, []
    for i, (theta, alpha) in enumerate(zip(adapter.theta.tolist(), adapter.alpha.tolist(), strict=True)):
        turn = h.new_tensor([[math.cos(theta), -math.sin(theta)], [math.sin(theta), math.cos(theta)]])
        y.append(alpha * turn @ h[2 * i : 2 * i + 2])
    return torch.cat(y)


def test_an_odd_number_of_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="pairs of channels"):
        Rotation(nn.Linear(2, 3))


def test_it_is_the_formula() -> None:
    assert holds(moved(Rotation(layer())), layer(), formula)


@pytest.mark.parametrize("wrong", [TurnsBack, PairsHalves, LeavesTheBias])
def test_wrong_ones_are_told_apart(wrong) -> None:
    assert not holds(moved(wrong(layer())), layer(), formula)


@pytest.mark.parametrize("kind", ["bert", "bloom"])
def test_it_is_what_peft_does(kind: str) -> None:
    sites = {"bert": ["query", "intermediate.dense"], "bloom": ["query_key_value", "dense_h_to_4h"]}[kind]
    config = peft.RoadConfig(target_modules=sites, variant="road_1", group_size=2)
    names = {"theta": "road_theta.default", "alpha": "road_alpha.default"}
    compare(RoAd(sites=sites, modules_to_save=[]), config, names, kind)
