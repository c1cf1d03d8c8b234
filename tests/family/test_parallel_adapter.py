"""The parallel adapter by hand: y = W x + b + s (U relu(D x + a) + c)."""

import math

import pytest
import torch
from family.one_layer import holds, layer, moved
from torch import Tensor

from ia3_teach.family import ParallelAdapter
from ia3_teach.family.parallel_adapter import Beside


def formula(a: Beside, x: Tensor) -> Tensor:
    inside = torch.stack([(a.D[k] @ x + a.a[k]).clamp(min=0) for k in range(len(a.a))])
    return layer().weight @ x + layer().bias + 4.0 * (a.U @ inside + a.c)


class Unscaled(Beside):
    def around(self, inner, x: Tensor) -> Tensor:
        return inner(x) + self.through(x)


class ReluAtTheEnd(Beside):
    def through(self, h: Tensor) -> Tensor:
        return ((h @ self.D.T + self.a) @ self.U.T + self.c).relu()


@pytest.mark.parametrize("settings", [{"bottleneck": 0}, {"scale": math.nan}, {"scale": "4"}])
def test_settings_that_cannot_be_are_refused(settings: dict) -> None:
    with pytest.raises(ValueError, match="whole number|finite number"):
        ParallelAdapter(**settings)


@pytest.mark.parametrize(("kind", "right"), [(Beside, True), (Unscaled, False), (ReluAtTheEnd, False)])
def test_it_is_the_formula(kind, right: bool) -> None:
    assert holds(moved(kind(layer(), 3, 4.0)), layer(), formula) == right
