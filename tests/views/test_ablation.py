"""The pictures of the causal check show what they are given."""

import torch

from ia3_teach.views.ablation import plot_ablation, plot_against, plot_kinds


def test_the_ablation_shows_both_orders_and_the_range_of_the_draws() -> None:
    figure = plot_ablation([0.01, 0.1], [0.6, 0.5], [0.9, 0.9], [[0.8, 0.7], [0.9, 0.6]], 0.95, 0.5)
    top, bottom = figure.axes[0].lines[:2]
    assert top.get_ydata().tolist() == [0.6, 0.5] and bottom.get_ydata().tolist() == [0.9, 0.9]
    heights = figure.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert set(heights.round(6)) == {0.6, 0.7, 0.8, 0.9}


def test_kinds_and_pairs_are_drawn() -> None:
    bars = {"l_k": 0.6, "l_v": 0.7, "l_ff": 0.9}
    panels = plot_kinds(bars, dict.fromkeys(bars, 0.8), 0.95, 0.5).axes
    assert [bar.get_height() for bar in panels[0].patches] == [0.6, 0.7, 0.9]
    figure = plot_against(torch.full((4, 6), 2.0), torch.full((4, 6), 0.5), "l_k", ("one", "other"))
    assert figure.axes[0].collections[0].get_offsets()[0].tolist() == [1, -1]
