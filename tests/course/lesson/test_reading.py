"""Reading vectors: order, resetting and shares on numbers small enough to check by eye."""

import pytest
import torch

from ia3_teach.course.lesson.reading import (
    by_departure,
    departure,
    flat,
    layer_profile,
    only,
    reset,
    share_of_departure,
)

VALUES = {
    "l_k": torch.tensor([[1.0, 0.5], [4.0, 1.0]]),
    "l_ff": torch.tensor([[1.1, 0.9, 1.0], [1.0, -2.0, 8.0]]),
}


def test_a_half_and_a_double_are_equally_far_and_a_flipped_sign_is_farthest() -> None:
    assert departure(torch.tensor(0.5)) == departure(torch.tensor(2.0)) == 1
    assert departure(torch.tensor([0.0, -2.0])).isinf().all()
    assert by_departure(VALUES)[:4].tolist() == [8, 9, 2, 1]


def test_entries_are_numbered_kind_by_kind_and_row_by_row() -> None:
    assert flat(VALUES)[[1, 2, 8]].tolist() == [0.5, 4.0, -2.0]


def test_reset_puts_back_the_chosen_entries_and_leaves_its_input_alone() -> None:
    before = {name: l.clone() for name, l in VALUES.items()}
    changed = reset(VALUES, torch.tensor([2, 9]))
    assert changed["l_k"].tolist() == [[1.0, 0.5], [1.0, 1.0]]
    assert changed["l_ff"][1].tolist() == [1.0, -2.0, 1.0]
    assert all(torch.equal(VALUES[name], before[name]) for name in VALUES)


def test_only_keeps_the_named_kinds() -> None:
    kept = only(VALUES, ["l_ff"])
    assert torch.equal(kept["l_k"], torch.ones(2, 2)) and torch.equal(kept["l_ff"], VALUES["l_ff"])
    with pytest.raises(ValueError, match="l_q"):
        only(VALUES, ["l_q"])


def test_shares_rise_to_one_and_profiles_are_per_layer() -> None:
    shares = share_of_departure(VALUES["l_k"])
    assert shares[0] == pytest.approx(9 / 9.25) and shares[-1] == pytest.approx(1)
    assert layer_profile(VALUES["l_k"]).tolist() == pytest.approx([0.125**0.5, 4.5**0.5])


def test_the_profile_of_a_layer_with_experts_is_over_all_of_them() -> None:
    experts = torch.stack([VALUES["l_k"], torch.ones(2, 2)])  # layers, experts, channels
    assert layer_profile(experts).tolist() == pytest.approx([(9.25 / 4) ** 0.5, 0])
