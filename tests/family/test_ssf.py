"""SSF by hand: y = γ ⊙ (W x + b) + β."""

import pytest
import torch
from family.one_layer import holds, layer, moved, numbers
from torch import Tensor, nn

from ia3_teach.family.ssf import ScaleAndShift
from ia3_teach.ia3 import IA3Vectors
from ia3_teach.sites.find import Site


class ShiftsFirst(ScaleAndShift):
    def around(self, inner, x: Tensor) -> Tensor:
        return self.gamma * (inner(x) + self.beta)


class LeavesTheBias(ScaleAndShift):
    def around(self, inner, x: Tensor) -> Tensor:
        return self.gamma * (inner(x) - layer(4, 4).bias) + layer(4, 4).bias + self.beta


class FoldsTheWeightAlone(ScaleAndShift):
    def fold(self, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        return self.gamma[:, None] * weight, bias + self.beta


class ScalesColumns(ScaleAndShift):
    def fold(self, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        return weight * self.gamma, self.gamma * bias + self.beta


def by_hand(adapter: nn.Module, linear: nn.Linear):
    def formula(_, x: Tensor) -> Tensor:
        h = [
            sum(linear.weight[i, j] * x[j] for j in range(len(x))) + linear.bias[i]
            for i in range(len(linear.bias))
        ]
        return torch.stack([adapter.gamma[i] * h[i] + adapter.beta[i] for i in range(len(h))])

    return formula


def test_it_is_the_formula() -> None:
    linear = layer(4, 4)
    adapter = moved(ScaleAndShift(linear))
    assert holds(adapter, linear, by_hand(adapter, linear))


@pytest.mark.parametrize("wrong", [ShiftsFirst, LeavesTheBias, FoldsTheWeightAlone, ScalesColumns])
def test_wrong_ones_are_told_apart(wrong) -> None:
    linear = layer(4, 4)
    adapter = moved(wrong(linear))
    assert not holds(adapter, linear, by_hand(adapter, linear))


def test_a_layer_without_a_bias_gets_one_when_merged() -> None:
    linear = nn.Linear(3, 2, bias=False).double()
    adapter = moved(ScaleAndShift(linear))
    weight, bias = adapter.fold(linear.weight, None)
    x = numbers(5, 3)
    torch.testing.assert_close(x @ weight.T + bias, adapter.around(linear, x))


def test_without_the_shift_it_is_ia3_on_the_output() -> None:
    linear, x = layer(), numbers(2, 3, 6)
    mine, ia3 = moved(ScaleAndShift(linear)), IA3Vectors(Site("0", "out", {"l": None}), linear)
    with torch.no_grad():
        mine.beta.zero_()
        ia3.l.copy_(mine.gamma)
    assert torch.equal(mine.around(linear, x), ia3.around(linear, x))
    for a, b in zip(mine.fold(linear.weight, linear.bias), ia3.fold(linear.weight, linear.bias), strict=True):
        assert torch.equal(a, b)
