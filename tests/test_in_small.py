"""The small version computes what the library computes: outputs to the bit, merged weights too."""

import pytest
import torch
from torch import nn

from ia3_teach import IA3, attach, in_small, merge

SIDES = {"0": "out", "2": "in"}


def model(bias: bool) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 5, bias), nn.GELU(), nn.Linear(5, 4, bias)).double()


@pytest.fixture(params=[True, False], ids=["bias", "no bias"])
def pair(request) -> tuple[nn.Module, nn.Module]:
    """The same model twice, adapted by the library and in small, with the same vectors."""
    ours, small = model(request.param), model(request.param)
    attach(ours, IA3(sites=SIDES))
    in_small.attach(small, SIDES)
    for path in SIDES:
        l = torch.randn(5).double()
        small.get_submodule(path).l.data = l
        ours.get_submodule(path).adapters["default"].l.data = l.clone()
    return ours, small


def test_outputs_and_gradients_are_equal(pair) -> None:
    ours, small = pair
    x = torch.randn(2, 7, 3).double()
    assert torch.equal(ours(x), small(x))
    for each in pair:
        each(x).pow(2).sum().backward()
    for path in SIDES:
        mine = ours.get_submodule(path).adapters["default"].l.grad
        torch.testing.assert_close(mine, small.get_submodule(path).l.grad, rtol=1e-10, atol=1e-12)


def test_merged_models_are_equal_and_plain(pair) -> None:
    ours, small = pair
    x = torch.randn(2, 7, 3).double()
    before = small(x)
    merge(ours)
    in_small.merge(small)
    assert [type(module) for module in small] == [nn.Linear, nn.GELU, nn.Linear]
    torch.testing.assert_close(small(x), before, rtol=1e-15, atol=1e-15)
    for mine, other in zip(ours.parameters(), small.parameters(), strict=True):
        assert torch.equal(mine, other)


def test_it_fits_on_a_page() -> None:
    from pathlib import Path

    lines = Path(in_small.__file__).read_text().split("\n")
    code = "\n".join(lines).split('"""')[::2]  # what stands outside docstrings
    assert sum(bool(line.strip()) for part in code for line in part.split("\n")) <= 36
