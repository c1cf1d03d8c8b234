"""What a check says where two results are not the same."""

import math

import pytest
import torch
from torch import Tensor

from ia3_teach.check.comparing import different, same

LONG = "a word and another, " * 10


@pytest.mark.parametrize("wanted", [3, 2.5, -1.0])
@pytest.mark.parametrize("found, kind", [("3", "a str"), ([3], "a list"), ({}, "a dict"), (True, "a bool")])
def test_what_is_no_number_is_told_as_that(wanted, found, kind) -> None:
    assert different(found, wanted, "n", "add them up").mistake == f"return a number, not {kind}"


@pytest.mark.parametrize("found", [4, 4.5, torch.tensor(4.5)])
def test_another_number_is_told_by_the_mistake(found) -> None:
    assert different(found, 3, "n", "add them up").mistake == "add them up"


def test_a_known_mistake_is_told_whatever_came() -> None:
    assert different("3", 3, "n", "it was written out", known=True).mistake == "it was written out"


@pytest.mark.parametrize("length", [0, 20, 26, 100, 199])
def test_of_two_long_texts_the_place_where_they_part_is_shown(length: int) -> None:
    said = str(different(LONG[:length] + "x" + LONG, LONG[:length] + "y" + LONG, "the text", "look"))
    assert f"{LONG[:length][-20:]}y" in said and f"{LONG[:length][-20:]}x" in said


def test_texts_that_are_short_are_shown_whole() -> None:
    said = str(different("red fox", "red dog", "the text", "look"))
    assert "= 'red dog'" in said and "'red fox'" in said


NAN = torch.tensor([1.0, math.nan])


@pytest.mark.parametrize("found", [NAN, [1.0, math.nan], (NAN, 2.0)])
def test_nan_is_equal_to_nan_only_where_a_known_mistake_is_compared(found) -> None:
    assert same(found, found, 1e-5, equal_nan=True) and not same(found, found, 1e-5)


@pytest.mark.parametrize("found", [NAN * math.nan, NAN.flip(0), torch.ones(2)])
def test_a_known_mistake_gives_nan_at_the_same_places(found: Tensor) -> None:
    assert not same(found, NAN, 1e-5, equal_nan=True) and not same(NAN, found, 1e-5, equal_nan=True)


@pytest.mark.parametrize("wrong", [math.inf, -math.inf])
def test_an_infinite_difference_is_told_as_that(wrong: float) -> None:
    said = str(different(torch.tensor([-math.inf, wrong]), torch.tensor([-math.inf, -3.0]), "f", "look"))
    assert "(largest difference inf at [1])" in said


@pytest.mark.parametrize("wanted", [torch.ones(1, 1), torch.ones(1, 3), torch.ones(2, 1, 3)])
def test_a_lost_axis_of_size_one_is_told_as_that(wanted: Tensor) -> None:
    said = different(wanted.squeeze(), wanted, "f", "use all rows").mistake
    assert "the values are right, and an axis of size 1 is gone" in said and "use all rows" not in said
    assert "axis of size 1 is too many" in different(wanted, wanted.squeeze(), "f", "look").mistake
    assert "look at the axes" in different(wanted.squeeze() + 1, wanted, "f", "look").mistake
