"""Phrases for descriptions: nothing is lost, and measured numbers are marked as such."""

import pytest
import torch

from ia3_teach.views.phrases import colour_word, joined, shares_of_colours, span


@pytest.mark.parametrize(
    ("words", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_every_word_is_listed_once(words: list[str], text: str) -> None:
    assert joined(words) == text


def test_a_range_has_both_ends_in_order() -> None:
    assert span([0.9, 0.5, 0.7], digits=1) == "≈ 0.5 to ≈ 0.9"


@pytest.mark.parametrize("factor, word", [(-2.0, "black"), (0.0, "black"), (0.9, "blue"), (1.1, "orange")])
def test_a_factor_has_the_colour_of_the_pictures(factor: float, word: str) -> None:
    assert colour_word(factor) == word


def test_the_shares_of_the_colours_are_of_all_entries() -> None:
    assert (
        shares_of_colours(torch.tensor([[-1.0, 1.0], [2.0, 2.0]]))
        == "white ≈ 25 %, orange ≈ 50 %, black ≈ 25 %"
    )
