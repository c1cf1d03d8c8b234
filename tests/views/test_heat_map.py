"""The pictures of vectors show what they are given."""

import torch

from ia3_teach.views.heat_map import plot_vectors

VALUES = {"l_k": torch.full((4, 6), 2.0), "l_v": torch.full((4, 6), 0.5), "l_ff": torch.full((4, 24), 1.0)}


def test_the_maps_share_one_limit_and_show_log2() -> None:
    figure = plot_vectors(VALUES)
    images = [axes.images[0] for axes in figure.axes[:3]]
    assert [image.get_array()[0][0] for image in images] == [1, -1, 0]
    assert {image.get_clim() for image in images} == {(-1, 1)}


def test_one_outlier_does_not_bleach_the_map() -> None:
    l = torch.full((4, 100), 1.5)
    l[0, 0] = 1000.0
    assert plot_vectors({"l_k": l, "l_v": l}).axes[0].images[0].get_clim()[1] < 1


def test_the_words_give_size_range_and_colours_of_every_kind() -> None:
    words = plot_vectors(VALUES, title="a task").description
    assert words.startswith("a task. Heat maps")
    assert "l_k, 4 layers by 6 channels: × ≈ 2.00 to ≈ 2.00, orange ≈ 100 %; " in words
    assert words.endswith("l_ff, 4 layers by 24 channels: white ≈ 100 %.")


def test_each_expert_has_a_row_of_its_own() -> None:
    """Four channels would otherwise be taken for the parts of a colour."""
    experts = torch.full((2, 3, 4), 2.0)
    figure = plot_vectors({"l_k": torch.ones(2, 6), "l_ff": experts})
    assert figure.axes[1].images[0].get_array().shape == (6, 4)
    assert "l_ff, 2 layers of 3 experts by 4 channels: × ≈ 2.00" in figure.description
