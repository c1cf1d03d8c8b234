"""What a check says where two results are not the same."""

import pytest
import torch

from ia3_teach.check.comparing import different

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
