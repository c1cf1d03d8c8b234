"""Intervals: hollow marks where 0 is inside, diamonds for what others measured, told in words."""

import pytest

from ia3_teach.course.lesson.paired import Difference
from ia3_teach.views.intervals import plot_intervals

FOUND = {"L_LN": Difference(0.02, 0.005, 0.035), "L_UL": Difference(0.004, -0.01, 0.018)}


def test_marks_are_filled_only_where_the_interval_leaves_0_out() -> None:
    (axes,) = plot_intervals(FOUND).axes
    marks = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert [mark.get_markerfacecolor() == "white" for mark in marks] == [False, True]
    assert [round(mark.get_xdata()[0], 6) for mark in marks] == [2.0, 0.4]


@pytest.mark.parametrize("quoted", [{"L_LN": 2.33}, {}])
def test_a_diamond_stands_only_where_a_value_is_quoted(quoted: dict) -> None:
    figure = plot_intervals(FOUND, quoted, source="the paper")
    drawn = [line for line in figure.axes[0].lines if line.get_marker() == "D" and len(line.get_xdata())]
    assert len(drawn) == len(quoted)
    assert ("the paper" in [text.get_text() for text in figure.legends[0].get_texts()]) == bool(quoted)


def test_the_words_have_the_numbers_and_the_verdict() -> None:
    assert plot_intervals(FOUND, {"L_LN": 2.33}, source="the paper").description == (
        "Differences in points of accuracy. L_LN ≈ 2.0, between ≈ 0.5 and ≈ 3.5, which leaves 0 out, "
        "the paper 2.33; L_UL ≈ 0.4, between ≈ -1.0 and ≈ 1.8, which holds 0."
    )
