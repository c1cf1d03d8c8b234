"""The pictures of how entries lie around 1 show what they are given, and say it."""

import torch

from ia3_teach.views.departures import plot_concentration, plot_distribution

VALUES = {"l_k": torch.full((4, 6), 2.0), "l_v": torch.full((4, 6), 0.5), "l_ff": torch.full((4, 24), 1.0)}


def test_the_distribution_counts_every_entry_on_one_axis() -> None:
    l = torch.tensor([[0.5, 1.0, 2.0, -1.0]])
    panels = plot_distribution({"l_k": l, "l_v": l + 1}).axes
    assert [sum(bar.get_height() for bar in axes.patches) for axes in panels] == [4, 4]
    assert panels[0].patches[0].get_x() == panels[1].patches[0].get_x() == -1


def test_concentration_draws_one_line_per_kind() -> None:
    values = {name: l + 0.1 for name, l in VALUES.items()}
    lines = plot_concentration(values, {0.01: 0.18}, "quoted").axes[0].lines
    assert [line.get_label() for line in lines] == ["l_k", "l_v", "l_ff", "quoted", "all equally far"]
    assert lines[3].get_xydata().tolist() == [[1, 18]]


def test_curves_upon_each_other_are_all_seen() -> None:
    lines = plot_concentration({kind: l + 0.1 for kind, l in VALUES.items()}, {}, "quoted").axes[0].lines
    assert len({line.get_linestyle() for line in lines[:3]}) == 3


def test_the_words_follow_the_entries() -> None:
    l = torch.tensor([[0.5, 0.9, 0.8, 2.0, *[1.0] * 6]])
    words = plot_distribution({"l_k": l, "l_v": l + 1}).description
    assert "l_k ≈ 0.50 to ≈ 2.00, ≈ 30 % below 1; l_v ≈ 1.50 to ≈ 3.00, ≈ 0 % below 1." in words
    words = plot_concentration({"l_k": l}, {0.01: 0.18}, "T0, quoted").description
    assert "holds, of l_k ≈ 77 %. T0, quoted: 1 % hold 18 %." in words
