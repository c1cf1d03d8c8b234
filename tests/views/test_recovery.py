"""The pictures of planted vectors show what they are given."""

import pytest
import torch

from ia3_teach.views.recovery import plot_error_by_weight, plot_recovery

PLANTED = {"l_k": torch.tensor([[0.5, 2.0, 3.0]]), "l_v": torch.tensor([[1.0, 2.0, 0.7]])}


def test_dead_entries_are_crosses_of_their_own() -> None:
    found = {"l_k": torch.tensor([[0.65, 1.95, 1.0]]), "l_v": PLANTED["l_v"]}
    dead = {"l_k": torch.tensor([[False, False, True]]), "l_v": torch.zeros(1, 3, dtype=torch.bool)}
    figure = plot_recovery(PLANTED, found, dead)
    axes = figure.axes[0]
    living, crosses = (points.get_offsets().tolist() for points in axes.collections)
    assert living == [pytest.approx([0.5, 0.65]), pytest.approx([2.0, 1.95])] and crosses == [[3, 1]]
    assert axes.get_xlim() == axes.get_ylim()
    named = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(named) == ["1, where training began", "as planted", "dead", "entry"]
    assert "l_k: ≈ 50 % of 2 entries within 0.1 of the planted, 1 dead ones at ≈ 1.00" in figure.description
    assert figure.description.endswith("l_v: ≈ 100 % of 3 entries within 0.1 of the planted.")


def test_errors_stand_over_what_the_entries_move() -> None:
    moves = {"l_k": torch.tensor([1.0, 4.0]), "l_v": torch.tensor([2.0])}
    errors = {"l_k": torch.tensor([0.5, 0.125]), "l_v": torch.tensor([0.25])}
    figure = plot_error_by_weight(moves, errors)
    axes = figure.axes
    assert axes[0].collections[0].get_offsets().tolist() == [[1, 0.5], [4, 0.125]]
    assert axes[0].get_ylim() == axes[1].get_ylim() and axes[0].get_xscale() == "log"
    assert "l_k: median error ≈ 0.500 where least is moved, ≈ 0.125 where most is" in figure.description
