"""Maps of lost bits count every kind of damage that occurs."""

import torch

from ia3_teach.views.lost_bits import plot_lost_bits


def test_lost_bits_are_counted_in_the_title_and_every_kind_that_occurs_is_in_the_key() -> None:
    maps = {"float32": torch.tensor([[0.0, 1.0], [torch.nan, 0.0]]), "b": torch.zeros(2, 2)}
    figure = plot_lost_bits(maps)
    assert [axes.get_title() for axes in figure.axes] == ["float32\n50 % not back", "b\n0 % not back"]
    assert figure.axes[0].images[0].get_array().tolist() == [[0, 1], [4, 0]]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["back", "1 step off", "no number"]
    assert (
        "float32: back ≈ 50 %, 1 step off ≈ 25 % and no number ≈ 25 %; b: back ≈ 100 %" in figure.description
    )
