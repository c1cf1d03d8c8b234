"""One Linear in float64, and whether an adapter around it, merged or not, is a slow formula."""

from collections.abc import Callable

import torch
from small_models import randomise
from torch import Tensor, nn
from torch.nn import functional as F

Formula = Callable[[nn.Module, Tensor], Tensor]
EXACT = {"rtol": 0, "atol": 1e-10}


def layer(d_in: int = 6, d_out: int = 4) -> nn.Linear:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Linear(d_in, d_out).double()


def numbers(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def moved(adapter: nn.Module) -> nn.Module:
    """The adapter with values at random."""
    randomise(adapter)
    return adapter


@torch.no_grad()
def holds(adapter: nn.Module, linear: nn.Linear, formula: Formula) -> bool:
    """Whether around(x), row by row as well, and the folded weights where it has any, give formula(x)."""
    x = numbers(2, 3, linear.in_features)
    wanted = torch.stack([torch.stack([formula(adapter, row) for row in rows]) for rows in x])
    found = [adapter.around(linear, x), type(adapter).around_rows([adapter, adapter], linear, x)]
    try:
        weight, bias = adapter.fold(linear.weight, linear.bias)
        found.append(F.linear(x, weight, bias))
    except ValueError as error:
        assert "cannot be merged" in str(error)
    return all(torch.allclose(each, wanted, **EXACT) for each in found)
