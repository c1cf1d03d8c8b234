"""The pictures of ΔW show each matrix with its own limit, and say what it is."""

import torch

from ia3_teach.views.delta import plot_deltas, smallest_cosine


def test_each_matrix_is_drawn_with_its_own_limit() -> None:
    figure = plot_deltas({"small": torch.full((2, 3), -0.5), "large": torch.full((60, 60), 4.0)}, corner=48)
    images = [axes.images[0] for axes in figure.axes if axes.images]
    assert [image.get_clim() for image in images] == [(-0.5, 0.5), (-4.0, 4.0)]
    assert images[1].get_array().shape == (48, 48)


def test_a_matrix_of_zeros_can_be_drawn() -> None:
    assert plot_deltas({"nothing": torch.zeros(2, 2)}).axes


def test_smallest_cosine_leaves_rows_of_zeros_out() -> None:
    rows = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    assert smallest_cosine(rows, torch.tensor([[-1.0, 0.0], [1.0, 1.0]])) == 1.0
    assert smallest_cosine(rows, torch.tensor([[0.0, 1.0], [1.0, 1.0]])) == 0.0


def test_the_words_of_a_matrix_follow_its_rank_and_its_entries() -> None:
    matrices = {"diagonal": torch.diag(torch.tensor([2.0, -1.0])), "plaid": torch.ones(3, 2)}
    words = plot_deltas(matrices).description
    assert "diagonal: 2 by 2, rank ≈ 2, entries up to ± ≈ 2.0, ≈ 50 % of them not 0" in words
    assert "plaid: 3 by 2, rank ≈ 1, entries up to ± ≈ 1.0, ≈ 100 % of them not 0" in words
