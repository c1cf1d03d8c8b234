"""No message shows two values that look alike."""

import pytest
import torch

from ia3_teach.check.parting import apart

LONG = [{"prompt": f"word {number}", "answer": "yes"} for number in range(9)]


@pytest.mark.parametrize("place", [3, 5, 8])
def test_two_that_begin_alike_are_shown_where_they_part(place: int) -> None:
    other = [row | {"answer": "no"} if number == place else row for number, row in enumerate(LONG)]
    found, wanted = apart(other, LONG)
    assert "'no'" in found and "'yes'" in wanted and found.startswith("...")
    assert max(len(found), len(wanted)) <= 80


def test_two_that_part_at_once_are_shown_from_their_beginning() -> None:
    assert apart([1, 2], [1, 3]) == ("[1, 2]", "[1, 3]")
    assert apart(None, 3) == ("None", "3")


def test_of_two_tensors_that_begin_alike_the_place_is_told() -> None:
    wanted = torch.arange(12.0).view(3, 4)
    found = wanted.clone()
    found[2, 1] += 0.5
    said, _ = apart(found, wanted)
    assert said.endswith("(largest difference 0.5 at [2, 1])")
    assert "difference" not in apart(wanted + 1, wanted)[0]
