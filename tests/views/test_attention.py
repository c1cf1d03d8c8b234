"""Pictures of one block: they show the numbers that they are given, in the same scale before and after."""

import torch

from ia3_teach.views.attention import plot_attention, plot_inner, plot_norms

TOKENS = ["a", "b", "c"]


def pictures(axes) -> list:
    return [image.get_array() for image in axes.get_images()]


def test_attention_has_three_rows_of_maps_and_a_difference() -> None:
    before, after = torch.rand(2, 3, 3), torch.rand(2, 3, 3)
    axes = plot_attention(before, after, ["head 0", "head 1"], TOKENS).axes
    shown = [pictures(one)[0] for one in axes[:6]]
    torch.testing.assert_close(torch.tensor(shown[1]), before[1])
    torch.testing.assert_close(torch.tensor(shown[2]), after[0])
    torch.testing.assert_close(torch.tensor(shown[5]), after[1] - before[1])
    assert axes[0].get_title() == "head 0" and axes[4].get_ylabel() == "difference"
    for first, last in ((0, 4), (2, 4), (4, 5)):
        assert [label.get_text() for label in axes[first].get_yticklabels()] == TOKENS[::2]
        assert [label.get_text() for label in axes[last].get_xticklabels()] == TOKENS[::2]


def test_norms_share_one_scale() -> None:
    axes = plot_norms({"before": torch.ones(2, 3), "after": 3 * torch.ones(2, 3)}, TOKENS).axes
    assert [one.get_images()[0].get_clim() for one in axes[:2]] == [(0, 3), (0, 3)]


def test_inner_activations_above_and_below_the_factors() -> None:
    before, l = torch.ones(3, 4), torch.tensor([1.0, 2.0, 0.5, 1.0])
    top, middle, bottom = plot_inner(before, l, l * before, TOKENS).axes[:3]
    assert pictures(top)[0].max() == 1 and pictures(bottom)[0].max() == 2
    assert pictures(middle)[0].tolist() == [[0, 1, -1, 0]]


def test_the_description_of_attention_tells_how_sharp_each_map_is() -> None:
    even, sharp = torch.full((3, 3), 1 / 3), torch.eye(3)
    words = plot_attention(
        torch.stack([even, sharp]), torch.stack([sharp, sharp]), ["a", "b"], TOKENS
    ).description
    assert "a: ≈ 0.33 before, ≈ 1.00 after, no weight moves by more than ≈ 0.67" in words
    assert "b: ≈ 1.00 before, ≈ 1.00 after, no weight moves by more than ≈ 0.00" in words


def test_the_description_of_norms_tells_every_head() -> None:
    words = plot_norms(
        {"before": torch.ones(2, 3), "after": torch.tensor([[0.0] * 3, [2.0] * 3])}, TOKENS
    ).description
    assert "before: head 0 ≈ 1.0 and head 1 ≈ 1.0. after: head 0 ≈ 0.0 and head 1 ≈ 2.0." in words


def test_the_description_of_inner_activations_tells_the_factors() -> None:
    before, l = torch.ones(3, 4), torch.tensor([1.0, 2.0, 0.5, 1.0])
    words = plot_inner(before, l, l * before, TOKENS).description
    assert "up to ≈ 1.0; factors from × ≈ 0.5 to × ≈ 2.0" in words
    assert "blue ≈ 25 %, white ≈ 50 %, orange ≈ 25 %" in words
