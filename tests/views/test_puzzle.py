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


def test_an_order_that_repeats_is_told_once_and_another_as_it_is() -> None:
    figure = plot_roles({"BLOOM": ROLES, "GPT-2": ["q0", "q1", "k0", "k1", "v0", "v1"]})
    assert "BLOOM: 2 times 1 queries, 1 keys, 1 values." in figure.description
    assert "GPT-2: 2 queries, 2 keys, 2 values." in figure.description


def test_the_words_of_a_landing_follow_its_colours() -> None:
    halves, ones = torch.tensor([1.0, 2.0, 0.5, 2.0, 2.0, 0.5]), torch.ones(6)
    words = plot_landings({"mine": halves, "none": ones}, ROLES).description
    assert "mine: white on q0; orange on k0, q1 and k1; blue on v0 and v1." in words
    assert "none: white on q0, k0, v0, q1, k1 and v1." in words


def test_two_colours_on_one_role_are_both_told() -> None:
    words = plot_landings({"mixed": torch.tensor([0.5, 2.0])}, ["q0", "q0"]).description
    assert "mixed: blue and orange on q0." in words


def test_the_rows_that_move_are_counted_from_the_change() -> None:
    one, two = torch.zeros(3, 3), torch.zeros(3, 3)
    one[1, 0], two[1:, 1] = -0.25, 0.5
    words = plot_attention_changes({"a": one, "b": two, "c": torch.zeros(3, 3)}).description
    assert "a: row 1 moves, by up to ≈ 0.25; b: rows 1 and 2 move, by up to ≈ 0.50; c: no row moves." in words
