"""The pictures of ΔW: the matrix itself, and its singular values with the rank."""

import pytest
import torch

from ia3_teach.views.delta import plot_deltas, plot_ranks, plot_spectra, smallest_cosine


def test_each_matrix_is_drawn_with_its_own_limit() -> None:
    figure = plot_deltas({"small": torch.full((2, 3), -0.5), "large": torch.full((60, 60), 4.0)}, corner=48)
    images = [axes.images[0] for axes in figure.axes if axes.images]
    assert [image.get_clim() for image in images] == [(-0.5, 0.5), (-4.0, 4.0)]
    assert images[1].get_array().shape == (48, 48)


def test_a_matrix_of_zeros_can_be_drawn() -> None:
    assert plot_deltas({"nothing": torch.zeros(2, 2)}).axes


def test_the_spectrum_names_the_rank() -> None:
    generator = torch.Generator().manual_seed(0)
    thin = torch.randn(6, 2, generator=generator) @ torch.randn(2, 5, generator=generator)
    left, right = plot_spectra({"LoRA": thin, "IA3": torch.diag(torch.tensor([4.0, 2.0, 1.0]))}).axes
    assert [line.get_label() for line in left.lines] == ["LoRA: rank 2", "IA3: rank 3"]
    assert list(left.lines[1].get_ydata()) == [1.0, 0.5, 0.25]
    assert list(right.lines[1].get_ydata()) == pytest.approx([16 / 21, 20 / 21, 1.0])


def test_the_rank_sweep_counts_directions() -> None:
    flat, leaning = torch.eye(4), torch.diag(torch.tensor([10.0, 1.0, 1.0, 1.0]))
    left, right = plot_ranks([2, 4], [0.6, 0.7], [leaning, flat], level=0.65).axes
    assert list(left.lines[0].get_ydata()) == [0.6, 0.7]
    assert list(right.lines[0].get_ydata()) == [1, 4]


def test_smallest_cosine_leaves_rows_of_zeros_out() -> None:
    rows = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    assert smallest_cosine(rows, torch.tensor([[-1.0, 0.0], [1.0, 1.0]])) == 1.0
    assert smallest_cosine(rows, torch.tensor([[0.0, 1.0], [1.0, 1.0]])) == 0.0


def test_the_words_of_a_matrix_follow_its_rank_and_its_entries() -> None:
    matrices = {"diagonal": torch.diag(torch.tensor([2.0, -1.0])), "plaid": torch.ones(3, 2)}
    words = plot_deltas(matrices).description
    assert "diagonal: 2 by 2, rank ≈ 2, entries up to ± ≈ 2.0, ≈ 50 % of them not 0" in words
    assert "plaid: 3 by 2, rank ≈ 1, entries up to ± ≈ 1.0, ≈ 100 % of them not 0" in words


def test_the_words_of_a_sweep_count_the_directions() -> None:
    words = plot_ranks([1, 4], [0.6, 0.7], [torch.ones(4, 4), torch.eye(4)], level=0.65).description
    assert "rises from ≈ 0.60 to ≈ 0.70, with IA3's, ≈ 0.65," in words
    assert words.endswith("are ≈ 1 and ≈ 4.")


def test_the_words_of_spectra_name_rank_and_shares() -> None:
    words = plot_spectra({"a": torch.diag(torch.tensor([3.0, 1.0])), "b": torch.eye(4)}).description
    assert "a: rank ≈ 2, the first direction holds ≈ 90 %, and 90 % take ≈ 1;" in words
    assert "b: rank ≈ 4, the first direction holds ≈ 25 %, and 90 % take ≈ 4." in words
