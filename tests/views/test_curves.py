"""The pictures of training show the numbers that they were given."""

import pytest
import torch

from ia3_teach.views.curves import plot_lines, plot_losses, plot_moves
from ia3_teach.views.style import METHODS


def test_losses_are_drawn_as_they_are_and_smoothed() -> None:
    (axes,) = plot_losses({"IA3": [3.0, 1.0]}).axes
    raw, mean = axes.lines
    assert raw.get_ydata().tolist() == [3.0, 1.0]
    assert mean.get_ydata().tolist() == [3.0, 2.0]
    assert mean.get_color() == METHODS["IA3"]["color"]


def test_lines_have_their_values_as_ticks_and_the_level() -> None:
    rates = [0.001, 0.01, 0.1]
    figure = plot_lines(
        rates, {"IA3": [1, 2, 3], "LoRA": [3, 2, 1]}, x_label="x", y_label="y", log_x=True, level=1
    )
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_xticklabels()] == ["0.001", "0.01", "0.1"]
    assert [line.get_ydata()[0] for line in axes.lines] == [1, 3, 1]
    assert [line.get_label() for line in axes.lines[:2]] == ["IA3", "LoRA"]


def test_moves_are_shares_of_all_entries_and_reach_the_furthest() -> None:
    (axes,) = plot_moves({"l_k": torch.tensor([[0.5, 1.0], [1.0, 1.2]])}).axes
    outline = axes.patches[0].get_xy()
    heights = outline[:-1:2, 1]
    assert heights.max() == pytest.approx(50)
    assert outline[:, 0].min() == pytest.approx(0.5)


def test_lines_and_losses_are_described_by_where_they_begin_and_end() -> None:
    lines = {"float32": [1.0, 5.0, 2.0], "bfloat16": [4.0, 4.0, 4.0]}
    words = plot_lines([1, 10, 300], lines, x_label="switches", y_label="error", log_x=True).description
    assert words == (
        "error over switches, from 1 to 300; float32 rises from ≈ 1.0 to ≈ 2.0; bfloat16 stays at ≈ 4.0."
    )
    words = plot_losses({"IA3": [3.0, 1.0], "LoRA": [1.0, 3.0]}).description
    assert "IA3 falls from ≈ 3.0 to ≈ 2.0" in words and "LoRA rises from ≈ 1.0 to ≈ 2.0" in words


def test_where_a_line_has_no_value_its_words_have_none() -> None:
    nan = float("nan")
    words = plot_lines(
        [1, 2, 3], {"a": [nan, 1.0, 2.0], "b": [3.0, 1.0, nan]}, x_label="x", y_label="y"
    ).description
    assert words.endswith("a rises from ≈ 1.0 to ≈ 2.0; b falls from ≈ 3.0 to ≈ 1.0.")
