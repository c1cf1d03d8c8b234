"""The pictures of costs carry the numbers they were given."""

import pytest

from ia3_teach.course.lesson.costs import Cost
from ia3_teach.views.bill import plot_break_even, plot_table


def test_the_table_is_drawn_on_a_logarithmic_axis() -> None:
    points = {"T-Few": (1.1e12, 72.4), "T0": (1.1e12, 66.9), "GPT-3 175B": (1.4e15, 66.6)}
    (axes,) = plot_table(points).axes
    assert axes.get_xscale() == "log"
    assert [text.get_text() for text in axes.texts] == list(points)
    colours = [line.get_color() for line in axes.lines]
    assert len(set(colours)) == 3


def test_break_even_marks_where_the_trained_one_becomes_cheaper() -> None:
    others = {"read every time": Cost(0, 3), "read once": Cost(4, 1.5)}
    (axes,) = plot_break_even(("trained", Cost(10, 1)), others, most=100).axes
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert [text.get_text() for text in axes.texts] == ["6", "13"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["trained", *others]


DESCRIBED = {
    "table": (
        plot_table({"T-Few": (1.1e12, 72.4), "GPT-3": (1.4e15, 80)}),
        "T-Few: 1.1e+12 FLOPs, 72.4 %; GPT-3: 1.4e+15 FLOPs, 80 %. The highest is GPT-3.",
    ),
    "break-even": (
        plot_break_even(("trained", Cost(10, 1)), {"read every time": Cost(0, 3)}, most=100),
        "trained has cost less than: read every time, after 6.",
    ),
}


@pytest.mark.parametrize("kind", DESCRIBED)
def test_a_description_follows_the_data(kind: str) -> None:
    figure, words = DESCRIBED[kind]
    assert words in figure.description
