"""All of a tensor's entries are asked, of whatever kind they are."""

import warnings

import pytest
import torch

from ia3_teach.precision import all_finite

KINDS = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e5m2, torch.complex64]


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("at", [0, 1500, 2999])
def test_one_entry_that_is_no_number_is_found(kind: torch.dtype, wrong: float, at: int) -> None:
    tensor = torch.ones(3000)
    tensor[at] = wrong
    assert not all_finite(tensor.to(kind)) and not all_finite(tensor.view(50, 60).T.to(kind))


@pytest.mark.parametrize("kind", [*KINDS, torch.int64, torch.uint8, torch.bool], ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (3000,), (7, 3)], ids=str)
def test_numbers_pass_and_so_does_nothing_at_all(kind: torch.dtype, shape: tuple[int, ...]) -> None:
    assert all_finite(torch.ones(shape).to(kind))


def test_a_parameter_is_asked_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert all_finite(torch.nn.Parameter(torch.ones(3)))
