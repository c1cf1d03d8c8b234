"""LoRA by hand: start, scaling, dropout, rows of different ranks."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import bert, randomise
from torch import nn

from ia3_teach import LoRA, attach, count, rows
from ia3_teach.lora import LoRAPair

EXACT = {"rtol": 0, "atol": 1e-12}
sizes = st.integers(1, 5)


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, sizes, st.floats(-9, 9), st.lists(sizes, max_size=2))
def test_one_layer(d_in: int, d_out: int, r: int, alpha: float, batch: list[int]) -> None:
    """y = W x + b + (alpha / r) B A x, and folded into the weight the same."""
    r = min(r, max(d_in, d_out))
    linear = nn.Linear(d_in, d_out).double()
    pair = LoRAPair(linear, LoRA(r=r, alpha=alpha))
    randomise(pair)
    x = torch.randn(*batch, d_in, dtype=torch.float64)
    by_hand = linear(x) + alpha / r * (x @ pair.A.T @ pair.B.T)
    torch.testing.assert_close(pair.around(linear, x), by_hand, **EXACT)
    weight, bias = pair.fold(linear.weight, linear.bias)
    torch.testing.assert_close(nn.functional.linear(x, weight, bias), by_hand, **EXACT)
    assert bias is linear.bias


def test_it_starts_kaiming_uniform_and_zero() -> None:
    pair = LoRAPair(nn.Linear(300, 200), LoRA(r=8))
    assert (pair.B == 0).all() and pair.A.shape == (8, 300) and pair.B.shape == (200, 8)
    assert 0.9 / 300**0.5 < pair.A.abs().max() <= 1 / 300**0.5


def test_the_count_is_r_times_the_widths() -> None:
    model = bert()
    attach(model, LoRA(r=3, sites=["query", "intermediate.dense"], modules_to_save=[]))
    assert count(model).trainable == 2 * 3 * ((16 + 16) + (16 + 32))


def test_dropout_is_on_the_low_rank_path_alone() -> None:
    linear = nn.Linear(4, 3).double()
    pair = LoRAPair(linear, LoRA(r=2, dropout=0.5))
    x = torch.randn(6, 4, dtype=torch.float64)
    assert torch.equal(pair.around(linear, x), linear(x))  # B is 0
    randomise(pair)
    assert not torch.equal(pair.around(linear, x), pair.around(linear, x))
    pair.eval()
    assert torch.equal(pair.around(linear, x), pair.around(linear, x))


def test_rows_without_a_pair_and_of_smaller_rank() -> None:
    model, x = nn.Sequential(nn.Linear(4, 3).double()), torch.randn(3, 4, dtype=torch.float64)
    for name, r in (("small", 1), ("large", 4)):
        attach(model, LoRA(r=r, sites=["0"]), name)
        randomise(model)
    base, pairs = model[0].base, model[0].adapters
    by_hand = torch.stack(
        [base(x[0]), *(pairs[n].around(base, x[i]) for i, n in ((1, "small"), (2, "large")))]
    )
    with rows(model, [None, "small", "large"]):
        torch.testing.assert_close(model(x), by_hand, **EXACT)
    with rows(model, [None, None, None]):
        assert torch.equal(model(x), base(x))
