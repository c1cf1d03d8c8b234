"""The pictures of the causal check show what they are given."""

import torch

from ia3_teach.views.ablation import plot_ablation, plot_against, plot_kinds, plot_likeness


def test_the_ablation_draws_every_run_against_entries_and_against_departure() -> None:
    runs = {
        "farthest": [(0.1, 0.5, 0.6)], "nearest": [(0.1, 0.01, 0.9)],
        "random 0": [(0.1, 0.1, 0.8)], "random 1": [(0.1, 0.1, 0.7)],
    }  # fmt: skip
    left, right = plot_ablation(runs, 0.95, 0.5).axes
    assert [line.get_xydata()[0].tolist() for line in left.lines[:2]] == [[10, 0.6], [10, 0.9]]
    assert [line.get_xdata()[0] for line in right.lines[:2]] == [50, 1]
    labels = [text.get_text() for text in right.get_legend().get_texts()]
    assert labels == ["farthest from 1", "nearest to 1", "random"]


def test_kinds_and_pairs_are_drawn() -> None:
    bars = {"l_k": 0.6, "l_v": 0.7, "l_ff": 0.9}
    panels = plot_kinds(bars, dict.fromkeys(bars, 0.8), 0.95, 0.5).axes
    assert [bar.get_height() for bar in panels[0].patches] == [0.6, 0.7, 0.9]
    figure = plot_against(torch.full((4, 6), 2.0), torch.full((4, 6), 0.5), "l_k", ("one", "other"))
    assert figure.axes[0].collections[0].get_offsets()[0].tolist() == [2, 0.5]


def test_likeness_has_a_group_per_adapter_and_a_bar_per_kind() -> None:
    axes = plot_likeness({"again": {"l_k": 0.9, "l_v": 0.8}, "other": {"l_k": 0.1, "l_v": -0.1}}).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [0.9, 0.1, 0.8, -0.1]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["again", "other"]
