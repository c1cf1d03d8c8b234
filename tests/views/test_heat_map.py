"""The pictures of vectors show what they are given."""

import torch

from ia3_teach.views.heat_map import plot_concentration, plot_distribution, plot_vectors

VALUES = {"l_k": torch.full((4, 6), 2.0), "l_v": torch.full((4, 6), 0.5), "l_ff": torch.full((4, 24), 1.0)}


def test_the_maps_share_one_limit_and_show_log2() -> None:
    figure = plot_vectors(VALUES)
    images = [axes.images[0] for axes in figure.axes[:3]]
    assert [image.get_array()[0][0] for image in images] == [1, -1, 0]
    assert {image.get_clim() for image in images} == {(-1, 1)}


def test_one_outlier_does_not_bleach_the_map() -> None:
    l = torch.full((4, 100), 1.5)
    l[0, 0] = 1000.0
    assert plot_vectors({"l_k": l, "l_v": l}).axes[0].images[0].get_clim()[1] < 1


def test_the_distribution_counts_every_entry_on_one_axis() -> None:
    l = torch.tensor([[0.5, 1.0, 2.0, -1.0]])
    panels = plot_distribution({"l_k": l, "l_v": l + 1}).axes
    assert [sum(bar.get_height() for bar in axes.patches) for axes in panels] == [4, 4]
    assert panels[0].patches[0].get_x() == panels[1].patches[0].get_x() == -1


def test_concentration_draws_one_line_per_kind() -> None:
    values = {name: l + 0.1 for name, l in VALUES.items()}
    lines = plot_concentration(values, {0.01: 0.18}, "quoted").axes[0].lines
    assert [line.get_label() for line in lines] == ["l_k", "l_v", "l_ff", "quoted", "all alike"]
    assert lines[3].get_xydata().tolist() == [[1, 18]]
