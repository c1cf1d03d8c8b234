"""The picture of a failed check: same scale for both, greys for what is no factor, the worst entry marked."""

import pytest
import torch

from ia3_teach.views.style import png
from ia3_teach.views.triptych import plot_triptych


def test_triptych_shares_limits_and_shows_the_difference() -> None:
    target, yours = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0])
    figure = plot_triptych(target, yours, as_scale=True)
    panels = figure.axes[:3]
    assert {axes.images[0].get_clim() for axes in panels} == {(-1.0, 1.0)}
    assert panels[2].images[0].get_array().tolist() == [[0.0, -1.0]]
    assert [axes.get_title() for axes in panels] == ["target", "yours", "difference"]


def test_numbers_that_are_no_factors_are_grey_and_neither_blue_nor_orange() -> None:
    """In a course where white is 1, a target of ones must not be drawn deepest orange."""
    figure = plot_triptych(torch.ones(2, 2), torch.tensor([[1.0, -3.0], [0.0, 1.0]]))
    for axes in figure.axes[:3]:
        image = axes.images[0]
        colours = image.cmap(image.norm(image.get_array()))[..., :3]
        assert (colours == colours[..., :1]).all()


def test_a_small_tensor_has_its_numbers_its_indices_and_a_frame_at_the_worst_entry() -> None:
    target, yours = torch.zeros(3, 3, 3), torch.zeros(3, 3, 3)
    yours[2, 1, 0], yours[0, 0, 1] = -4.0, 1.0
    for axes in plot_triptych(target, yours).axes[:3]:
        assert [label.get_text() for label in axes.get_yticklabels()][::4] == ["0, 0", "1, 1", "2, 2"]
        assert len(axes.texts) == 27
        assert all(mark.get_bbox().contains(0, 7) for mark in axes.patches) and not axes.collections
    assert [text.get_text() for text in axes.texts][21] == "-4"


@pytest.mark.parametrize("entry", [-123456.0, -0.000123, 12345.0, -torch.inf])
def test_the_mark_crosses_no_number_and_no_number_leaves_its_cell(entry) -> None:
    target, yours = torch.full((9, 6), -0.123), torch.full((9, 6), -0.123)
    yours[3, 2] = entry
    figure = plot_triptych(target, yours)
    figure.draw_without_rendering()
    for axes in figure.axes[:3]:
        number = axes.texts[3 * 6 + 2].get_window_extent()
        for mark in axes.patches:
            frame = mark.get_window_extent()
            assert frame.x0 < number.x0 and number.x1 < frame.x1, number.width / frame.width
            assert frame.y0 < number.y0 and number.y1 < frame.y1, number.height / frame.height


def test_a_large_tensor_has_its_ends_named_a_ring_and_no_numbers() -> None:
    axes = plot_triptych(torch.zeros(4, 768), torch.ones(4, 768)).axes[0]
    assert axes.collections[0].get_offsets().tolist() == [[0, 0]] and not axes.patches
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "767"] and not axes.texts


@pytest.mark.parametrize("as_scale", [True, False])
def test_a_triptych_of_odd_numbers_is_drawn(as_scale: bool) -> None:
    odd = torch.tensor([-1.0, 0.0, torch.inf])
    assert png(plot_triptych(odd, odd.flip(0), as_scale=as_scale)).startswith(b"\x89PNG")


def test_triptych_refuses_different_shapes() -> None:
    with pytest.raises(ValueError, match=r"target is \(2,\) but yours is \(3,\)"):
        plot_triptych(torch.ones(2), torch.ones(3))
