"""Intervals: hollow marks where 0 is inside, diamonds for what others measured, told in words."""

import pytest

from ia3_teach.views.intervals import Difference, plot_intervals

FOUND = {"L_LN": Difference(2.0, 0.5, 3.5, quoted=2.33), "L_UL": Difference(0.4, -1.0, 1.8)}


def test_an_interval_that_ends_at_0_is_not_clear() -> None:
    assert not Difference(1.0, 0.0, 2.0).clear and Difference(-1.0, -2.0, -0.1).clear


def test_marks_are_filled_only_where_the_interval_leaves_0_out() -> None:
    (axes,) = plot_intervals(FOUND, "points").axes
    marks = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert [mark.get_markerfacecolor() == "white" for mark in marks] == [False, True]


@pytest.mark.parametrize(("found", "diamonds"), [(FOUND, 1), ({"L_UL": FOUND["L_UL"]}, 0)])
def test_a_diamond_stands_only_where_a_value_is_quoted(found: dict, diamonds: int) -> None:
    figure = plot_intervals(found, "points", source="the paper")
    drawn = [line for line in figure.axes[0].lines if line.get_marker() == "D" and len(line.get_xdata())]
    assert len(drawn) == diamonds
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert ("the paper" in legend) == bool(diamonds)


def test_the_words_have_the_numbers_and_the_verdict() -> None:
    words = plot_intervals(FOUND, "points of accuracy", source="the paper").description
    assert words == (
        "Points of accuracy: L_LN ≈ 2.0, between ≈ 0.5 and ≈ 3.5, which leaves 0 out, the paper 2.33; "
        "L_UL ≈ 0.4, between ≈ -1.0 and ≈ 1.8, which holds 0."
    )
