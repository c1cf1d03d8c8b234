"""The pictures of times and sizes show what they are given, and say it."""

import pytest

from ia3_teach.views.measured import plot_rounds, plot_sizes


def test_every_round_is_drawn_and_the_median_written() -> None:
    figure = plot_rounds({"bare": [1.0, 0.9, 1.3], "merged": [2.0]}, "time")
    (axes,) = figure.axes
    assert sorted([*axes.lines[0].get_xdata(), *axes.lines[1].get_xdata()]) == [0.9, 1.0, 1.3]
    assert [text.get_text() for text in axes.texts] == ["1.00", "2.00"]
    assert figure.description == "time: a dot for each round; medians: bare ≈ 1.0 and merged ≈ 2.0."


def test_one_busy_moment_becomes_an_arrow_and_presses_no_dots_together() -> None:
    (axes,) = plot_rounds({"bare": [1.0] * 8 + [40.0], "adapted": [1.02] * 9}, "time").axes
    assert axes.get_xlim() == pytest.approx((0.9, 1.1))
    assert axes.lines[1].get_marker() == ">" and list(axes.lines[1].get_xdata()) == [1.1]


def test_sizes_stand_on_a_logarithmic_axis_and_names_once_in_the_legend() -> None:
    groups = {"small": {"IA3": 1.0, "full copy": 100.0}, "large": {"IA3": 10.0, "full copy": 1e4}}
    figure = plot_sizes(groups, "GB", level=("one terabyte", 1000))
    assert figure.axes[0].get_xscale() == "log"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["IA3", "full copy"]
    assert [text.get_text() for text in figure.axes[0].texts] == ["one terabyte"]
    assert (
        "small: IA3 ≈ 1.0 and full copy ≈ 100; large: IA3 ≈ 10 and full copy ≈ 10,000" in figure.description
    )
    assert figure.description.endswith("A dotted line, one terabyte, at ≈ 1,000.")
