"""Rows of factors: their colours, their numbers where they fit, and their words."""

import pytest
import torch

from ia3_teach.views.scale import plot_scale
from ia3_teach.views.style import png


@pytest.mark.parametrize("vector", [torch.ones(5), torch.rand(3, 40), torch.tensor([-1.0, 0.0])])
def test_plot_scale_takes_vectors_and_layers(vector: torch.Tensor) -> None:
    figure = plot_scale(vector.requires_grad_(), title="l_k")
    picture = figure.axes[0].images[0].get_array()
    assert picture.shape == tuple(torch.atleast_2d(vector).shape)
    assert png(figure).startswith(b"\x89PNG")


def test_few_channels_carry_their_factor() -> None:
    figure = plot_scale(torch.tensor([2.0, 0.5, -1.0]))
    assert [text.get_text() for text in figure.axes[0].texts] == ["× 2", "× 0.5", "≤ 0"]


def test_a_small_vector_is_described_entry_by_entry() -> None:
    words = plot_scale(torch.tensor([2.0, 0.5, -1.0]), title="l_v").description
    assert "1 row by 3 channels. l_v: × 2, × 0.5 and × -1. Colours end at × 0.5 and × 2." in words


def test_a_large_one_by_the_shares_of_its_colours_row_by_row() -> None:
    rows = torch.ones(2, 40)
    rows[0, :10], rows[1, :20] = 0.5, 2.0
    words = plot_scale(rows, row_names=["first", "second"]).description
    assert "first: × ≈ 0.50 to ≈ 1.00, blue ≈ 25 %, white ≈ 75 %; " in words
    assert "second: × ≈ 1.00 to ≈ 2.00, white ≈ 50 %, orange ≈ 50 %" in words


@pytest.mark.parametrize(
    ("entries", "ends"),
    [([1.0, 2.0], "neither"), ([0.1, 1.0], "min"), ([1.0, 9.0], "max"), ([0.1, 9.0], "both"),
     ([-1.0, 1.0], "neither")],
)  # fmt: skip
def test_the_bar_ends_in_an_arrow_where_entries_lie_beyond_it(entries: list[float], ends: str) -> None:
    figure = plot_scale(torch.tensor(entries), limit=1.0)
    assert figure.axes[0].images[0].colorbar.extend == ends
