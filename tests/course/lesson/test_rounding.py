"""Steps between numbers of a format, and what folding in and dividing out does to them."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ia3_teach.course.lesson.rounding import bits_lost, divided_out, folded_in, steps_apart

FORMATS = [torch.float32, torch.bfloat16, torch.float16]


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("start", [1.0, -1.0, 0.0, 1.9921875])
def test_walking_to_the_next_number_is_one_step(dtype: torch.dtype, start: float) -> None:
    here = torch.tensor([start], dtype=dtype)
    there = here
    for steps in range(1, 6):
        there = torch.nextafter(there, torch.tensor([torch.inf], dtype=dtype))
        assert steps_apart(there, here).tolist() == steps_apart(here, there).tolist() == [steps]


@given(st.floats(width=16, allow_nan=False), st.floats(width=16, allow_nan=False))
def test_no_steps_between_equal_numbers_alone(a: float, b: float) -> None:
    steps = steps_apart(torch.tensor([a]).half(), torch.tensor([b]).half())
    assert (steps == 0).item() == (a == b)


def test_counting_across_zero() -> None:
    smallest = torch.tensor([2.0**-24]).half()
    assert steps_apart(smallest, -smallest).item() == 2
    assert steps_apart(torch.tensor([-0.0]), torch.tensor([0.0])).item() == 0


def test_formats_must_agree_and_be_counted() -> None:
    with pytest.raises(ValueError, match="within one"):
        steps_apart(torch.ones(1), torch.ones(1).half())
    with pytest.raises(ValueError, match="float64"):
        steps_apart(torch.ones(1).double(), torch.ones(1).double())


@pytest.mark.parametrize("side", ["out", "in"])
@pytest.mark.parametrize("dtype", FORMATS)
def test_powers_of_two_come_back(side: str, dtype: torch.dtype) -> None:
    weight = torch.randn(4, 4, generator=torch.Generator().manual_seed(0)).to(dtype)
    l = torch.tensor([2.0, 0.5, -4.0, 1.0])
    merged = folded_in(weight, l, side)
    assert merged.dtype == dtype and not torch.equal(merged, weight)
    assert torch.equal(divided_out(merged, l, side), weight)


def test_sides_are_rows_and_columns_and_nothing_else() -> None:
    weight, l = torch.ones(2, 2), torch.tensor([2.0, 3.0])
    assert folded_in(weight, l, "out").tolist() == [[2, 2], [3, 3]]
    assert folded_in(weight, l, "in").tolist() == [[2, 3], [2, 3]]
    with pytest.raises(ValueError, match="found 'rows'"):
        folded_in(weight, l, "rows")


def test_the_product_is_rounded_once() -> None:
    weight = torch.tensor([[1.9921875]]).bfloat16()
    assert folded_in(weight, torch.tensor([1.003]), "out").item() == 2.0


def test_zeros_are_lost_with_and_without_a_small_number() -> None:
    weight, l = torch.ones(1, 2), torch.tensor([0.0, 1.0])
    merged = folded_in(weight, l, "in")
    assert divided_out(merged, l, "in").isnan().tolist() == [[True, False]]
    assert divided_out(merged, l, "in", epsilon=1e-8)[0, 0].item() == 0


def test_bits() -> None:
    one = torch.tensor([1.0])
    three = torch.nextafter(torch.nextafter(torch.nextafter(one, 2 * one), 2 * one), 2 * one)
    assert bits_lost(torch.cat([one, three, one / 0]), torch.ones(3))[:2].tolist() == [0, 2]
    assert bits_lost(one / 0, one).isnan().item()
