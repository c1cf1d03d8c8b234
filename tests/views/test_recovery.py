"""The pictures of planted vectors show what they are given."""

import pytest
import torch

from ia3_teach.views.recovery import plot_error_by_weight, plot_recovery

PLANTED = {"l_k": torch.tensor([[0.5, 2.0, 3.0]]), "l_v": torch.tensor([[1.0, 2.0, 0.7]])}


def test_dead_entries_are_crosses_of_their_own() -> None:
    found = {"l_k": torch.tensor([[0.6, 1.9, 1.0]]), "l_v": PLANTED["l_v"]}
    dead = {"l_k": torch.tensor([[False, False, True]]), "l_v": torch.zeros(1, 3, dtype=torch.bool)}
    axes = plot_recovery(PLANTED, found, dead).axes[0]
    living, crosses = (points.get_offsets().tolist() for points in axes.collections)
    assert living == [pytest.approx([0.5, 0.6]), pytest.approx([2.0, 1.9])] and crosses == [[3, 1]]
    assert axes.get_xlim() == axes.get_ylim()


def test_errors_stand_over_what_the_entries_move() -> None:
    moves = {"l_k": torch.tensor([1.0, 4.0]), "l_v": torch.tensor([2.0])}
    errors = {"l_k": torch.tensor([0.5, 0.125]), "l_v": torch.tensor([0.25])}
    axes = plot_error_by_weight(moves, errors).axes
    assert axes[0].collections[0].get_offsets().tolist() == [[1, 0.5], [4, 0.125]]
    assert axes[0].get_ylim() == axes[1].get_ylim() and axes[0].get_xscale() == "log"
