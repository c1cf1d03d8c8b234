"""LoReFT by hand: y = h + R^T (V h + b - R h)."""

import pytest
import torch
from family.one_layer import EXACT, holds, layer, moved
from torch import Tensor, nn

from ia3_teach.family import LoReFT
from ia3_teach.family.lo_reft import Edit


def formula(a: Edit, x: Tensor) -> Tensor:
    h = layer().weight @ x + layer().bias
    R, _ = torch.linalg.qr(a.free)
    change = [a.V[k] @ h + a.b[k] - R[:, k] @ h for k in range(len(a.b))]
    return h + sum(part * R[:, k] for k, part in enumerate(change))


class AddsWhatItProjects(Edit):
    def edited(self, h: Tensor, b: Tensor | float) -> Tensor:
        return h + (h @ self.V.T + b) @ self.R


class NotOrthonormal(Edit):
    R = property(lambda self: self.free.T)


class FoldsTheBiasOfTheEditIntoEachColumn(Edit):
    def fold(self, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        return self.edited(weight.T, self.b).T, self.edited(bias, self.b)


def test_a_subspace_larger_than_the_space_is_refused() -> None:
    with pytest.raises(ValueError, match="3 directions at most; found r=4"):
        Edit(nn.Linear(2, 3), 4)
    with pytest.raises(ValueError, match="r is a whole number"):
        LoReFT(r=0)


def test_it_is_the_formula() -> None:
    assert holds(moved(Edit(layer(), 2)), layer(), formula)


@pytest.mark.parametrize("wrong", [AddsWhatItProjects, NotOrthonormal, FoldsTheBiasOfTheEditIntoEachColumn])
def test_wrong_ones_are_told_apart(wrong) -> None:
    assert not holds(moved(wrong(layer(), 2)), layer(), formula)


def test_outside_the_subspace_nothing_changes_and_inside_it_is_v_h_plus_b() -> None:
    edit, h = moved(Edit(layer(), 2)), torch.randn(5, 4).double()
    R, y = edit.R, edit.edited(h, edit.b)
    torch.testing.assert_close(y @ R.T, h @ edit.V.T + edit.b, **EXACT)
    outside = torch.eye(4).double() - R.T @ R
    torch.testing.assert_close(y @ outside, h @ outside, **EXACT)
    torch.testing.assert_close(R @ R.T, torch.eye(2).double(), **EXACT)


def test_a_layer_without_a_bias_gets_one_when_merged() -> None:
    linear = nn.Linear(3, 4, bias=False).double()
    edit, x = moved(Edit(linear, 2)), torch.randn(5, 3).double()
    weight, bias = edit.fold(linear.weight, None)
    torch.testing.assert_close(x @ weight.T + bias, edit.around(linear, x), **EXACT)
