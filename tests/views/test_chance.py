"""Numbers beside chance: a mark is filled exactly where the control does not reach."""

import pytest

from ia3_teach.views import plot_against_chance
from ia3_teach.views.style import png

PANELS = {
    "heads": {"l_k": (0.5, [0.0, 0.1]), "l_v": (0.05, [0.0, 0.1])},
    "layers": {"l_k": (-0.2, [-0.1, 0.1]), "l_v": (0.0, [0.0, 0.0])},
}


def marks(axes):
    return [line for line in axes.lines if line.get_marker() == "D"]


def test_a_mark_is_filled_where_chance_does_not_reach() -> None:
    figure = plot_against_chance(PANELS)
    filled = [[mark.get_markerfacecolor() for mark in marks(axes)] for axes in figure.axes]
    assert filled == [["black", "white"], ["black", "white"]]
    assert [[bar.get_x() for bar in axes.patches] for axes in figure.axes] == [[0, 0], [-0.1, 0]]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["l_k", "l_v"]
    assert png(figure).startswith(b"\x89PNG")


def test_one_statistic_alone_can_be_drawn() -> None:
    assert len(plot_against_chance({"heads": PANELS["heads"]}).axes) == 1


def test_a_name_that_a_panel_lacks_is_an_error() -> None:
    with pytest.raises(KeyError, match="l_v"):
        plot_against_chance({"heads": PANELS["heads"], "layers": {"l_k": (0.0, [0.0])}})


def test_the_words_say_number_and_control() -> None:
    words = plot_against_chance(PANELS, control="coin").description
    assert "heads: l_k ≈ 0.50, coin ≈ 0.00 to ≈ 0.10 and l_v ≈ 0.05, coin" in words
