"""The pictures of spectra name the rank, and a sweep counts directions."""

import pytest
import torch

from ia3_teach.views.spectra import plot_ranks, plot_spectra


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


def test_the_words_of_a_sweep_count_the_directions() -> None:
    words = plot_ranks([1, 4], [0.6, 0.7], [torch.ones(4, 4), torch.eye(4)], level=0.65).description
    assert "rises from ≈ 0.60 to ≈ 0.70, with IA3's, ≈ 0.65," in words
    assert words.endswith("are ≈ 1 and ≈ 4.")


def test_the_words_of_spectra_name_rank_and_shares() -> None:
    words = plot_spectra({"a": torch.diag(torch.tensor([3.0, 1.0])), "b": torch.eye(4)}).description
    assert "a: rank ≈ 2, the first direction holds ≈ 90 %, and 90 % take ≈ 1;" in words
    assert "b: rank ≈ 4, the first direction holds ≈ 25 %, and 90 % take ≈ 4." in words
