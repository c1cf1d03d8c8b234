"""The pictures of lesson 04 show what they are given."""

import torch
from matplotlib.colors import to_hex

from ia3_teach.views.puzzle import plot_attention_changes, plot_landings, plot_roles
from ia3_teach.views.style import QKV_COLOURS

ROLES = ["q0", "k0", "v0", "q1", "k1", "v1"]


def test_roles_are_drawn_in_their_colours_and_order() -> None:
    figure = plot_roles({"BLOOM": ROLES, "GPT-2": sorted(ROLES)})
    bars = [[to_hex(bar.get_facecolor()) for bar in axes.patches] for axes in figure.axes]
    assert bars[0] == [QKV_COLOURS[role[0]] for role in ROLES]
    assert bars[1] == [QKV_COLOURS[role[0]] for role in sorted(ROLES)]
    assert [text.get_text() for text in figure.axes[0].texts] == ROLES


def test_lines_part_heads_in_one_order_and_thirds_in_the_other() -> None:
    figure = plot_roles({"BLOOM": ROLES, "GPT-2": ["q0", "q1", "k0", "k1", "v0", "v1"]})
    edges = [[line.get_xdata()[0] for line in axes.lines] for axes in figure.axes]
    assert edges == [[2.5], [1.5, 3.5]]


def test_a_scale_lands_on_its_channels_as_log2() -> None:
    scale = torch.tensor([1.0, 2.0, 0.5, 1.0, 2.0, 0.5])
    figure = plot_landings({"paper": scale}, ROLES)
    axes = figure.axes[0]
    assert axes.images[0].get_array().tolist() == [[0, 1, -1, 0, 1, -1]]
    assert [label.get_text() for label in axes.get_xticklabels()] == ROLES


def test_changes_share_their_limits() -> None:
    changes = {"small": torch.eye(3) * 0.1, "large": torch.eye(3) * 0.4}
    panels = plot_attention_changes(changes).axes[:2]
    assert [axes.get_title() for axes in panels] == ["small", "large"]
    assert panels[0].images[0].get_clim() == panels[1].images[0].get_clim()
