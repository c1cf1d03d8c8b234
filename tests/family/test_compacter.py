"""Compacter by hand: the serial adapter with sums of Kronecker products."""

import pytest
import torch
from family.one_layer import holds, layer, moved
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.family import Compacter
from ia3_teach.family.compacter import Kronecker, kronecker


def slow(A: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """Entry by entry: (Σ_i A_i ⊗ s_i t_i^T)[j, k]."""
    n, rows, columns = len(A), s.shape[1], t.shape[1]
    made = torch.zeros(n * rows, n * columns, dtype=A.dtype)
    for j in range(n * rows):
        for k in range(n * columns):
            for i in range(n):
                made[j, k] += A[i, j // rows, k // columns] * s[i, j % rows] * t[i, k % columns]
    return made


def formula(a: Kronecker, x: Tensor) -> Tensor:
    h = layer().weight @ x + layer().bias
    D, U = slow(a.A, a.s, a.t), slow(a.A, a.p, a.q)
    return h + U @ (D @ h + a.a).clamp(min=0) + a.c


def with_matrices(make) -> type[Kronecker]:
    class Wrong(Kronecker):
        def around(self, inner, x: Tensor) -> Tensor:
            h = inner(x)
            D, U = make(self.A, self.s, self.t), make(self.A, self.p, self.q)
            return h + F.linear(F.relu(F.linear(h, D, self.a)), U, self.c)

    return Wrong


def entries_for_outer(A: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """Wrong: `*` for the outer product."""
    return sum(torch.kron(a, torch.diag(u * v)) for a, u, v in zip(A, s, t, strict=True))


def other_order(A: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """Wrong: s t^T ⊗ A."""
    return sum(torch.kron(torch.outer(u, v), a) for a, u, v in zip(A, s, t, strict=True))


def one_matrix(A: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """Wrong: the sum before the product."""
    return torch.kron(A.sum(0), torch.outer(s.sum(0), t.sum(0)))


@pytest.mark.parametrize("settings", [{"n": 0}, {"n": 3}, {"bottleneck": 6}])
def test_settings_that_cannot_be_are_refused(settings: dict) -> None:
    with pytest.raises(ValueError, match="whole number|must divide the bottleneck"):
        Compacter(**settings)


def test_a_layer_whose_channels_n_does_not_divide_is_refused() -> None:
    with pytest.raises(ValueError, match="must divide the 3 channels"):
        Kronecker(nn.Linear(2, 3), 4, 2)


def test_it_is_the_formula() -> None:
    assert holds(moved(Kronecker(layer(), 4, 2)), layer(), formula)


@pytest.mark.parametrize("make", [entries_for_outer, other_order, one_matrix])
def test_wrong_ones_are_told_apart(make) -> None:
    assert not holds(moved(with_matrices(make)(layer(), 4, 2)), layer(), formula)


def test_at_rank_one_entries_and_outer_product_are_alike() -> None:
    """Why the official `*` is not seen there: with one row and one column both are one number."""
    A, s, t = torch.randn(2, 2, 2), torch.randn(2, 1), torch.randn(2, 1)
    torch.testing.assert_close(entries_for_outer(A, s, t), kronecker(A, s, t))
