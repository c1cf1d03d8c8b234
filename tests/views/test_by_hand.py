"""The pictures of lesson 02 show the numbers that they are given."""

import torch

from ia3_teach.views.by_hand import factor_colours, plot_channels, plot_folded, plot_two_axes


def heights(axes) -> list[float]:
    return [bar.get_height() for bar in axes.patches]


def written(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_channels_show_before_and_after() -> None:
    y, factors = torch.tensor([4.0, 2.0, -1.0]), torch.tensor([1.0, 0.5, 3.0])
    axes = plot_channels(y, factors).axes[0]
    assert heights(axes) == [4.0, 1.0, -3.0, 4.0, 2.0, -1.0]
    assert written(axes) == ["4", "1", "-3"]


def test_colours_speak_the_language() -> None:
    below, one, above, off = factor_colours(torch.tensor([0.5, 1.0, 2.0, 0.0]))
    assert below[2] > below[0] and above[0] > above[2], "blue inhibits, orange amplifies"
    assert min(one[:3]) > 0.99 and off == "black"


def test_two_axes_transposes_the_factors() -> None:
    left, right = plot_two_axes(torch.tensor([1.0, 0.5])).axes
    assert written(left) == ["× 1", "× 0.5"] * 2
    assert written(right) == ["× 1"] * 2 + ["× 0.5"] * 2


def test_folding_scales_the_bias_on_the_output_side_only() -> None:
    out, inside = plot_folded(torch.tensor([2.0, 4.0]), torch.tensor([0.5, 1.0, 3.0])).axes
    assert written(out) == ["× 2"] * 4 + ["× 4"] * 4
    assert written(inside) == ["× 0.5", "× 1", "× 3", "× 1"] * 2


def test_the_description_of_channels_follows_their_factors() -> None:
    words = plot_channels(torch.tensor([4.0, -1.0, 2.0]), torch.tensor([0.5, 3.0, 0.0])).description
    assert "3 channels" in words
    assert (
        "Channel 0: 4 × 0.5 = 2, blue. Channel 1: -1 × 3 = -3, orange. Channel 2: 2 × 0 = 0, gone." in words
    )


def test_the_description_of_two_axes_tells_the_factors() -> None:
    words = plot_two_axes(torch.tensor([1.0, 0.5])).description
    assert "2 tokens by 2 channels" in words and "columns have the factors × 1 and × 0.5" in words


def test_the_description_of_folding_tells_rows_and_columns() -> None:
    words = plot_folded(torch.tensor([2.0, 4.0]), torch.tensor([0.5, 1.0, 3.0])).description
    assert "2 outputs by 3 inputs" in words
    assert "rows have × 2 and × 4, bias included" in words and "columns have × 0.5, × 1 and × 3" in words
