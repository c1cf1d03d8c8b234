"""The film shows each frame in one scale, and its controls go through the frames."""

import pytest
import torch

from ia3_teach.views.film import colour_limit, plot_frame, spread
from ia3_teach.views.film_explorer import Reel, explore_film
from ia3_teach.views.output import image

LOSSES = [0.7, 0.5, 0.3, 0.2]


@pytest.fixture
def frames() -> dict[int, dict[str, torch.Tensor]]:
    """Three frames of a vector that doubles in one half and halves in the other."""
    away = torch.tensor([1.0] * 4 + [-1.0] * 4).repeat(2, 1)
    return {step: {"l_k": 2.0 ** (away * step / 4), "l_ff": torch.ones(2, 16)} for step in (0, 2, 4)}


def test_a_frame_shows_its_own_vectors_in_the_colours_of_the_whole_film(frames) -> None:
    assert colour_limit(frames) == pytest.approx(1)
    for step in frames:
        image = plot_frame(frames, LOSSES, step).axes[0].images[0]
        assert image.get_array()[0, 0] == pytest.approx(step / 4)
        assert image.get_clim() == (-1, 1)


def test_the_cursor_stands_at_the_step_in_both_curves(frames) -> None:
    figure = plot_frame(frames, LOSSES, 2)
    curves = [axes for axes in figure.axes if axes.get_title() in ("loss", "entries of all vectors")]
    assert [axes.lines[-1].get_xdata()[0] for axes in curves] == [2, 2]
    assert curves[0].lines[0].get_ydata().tolist() == LOSSES
    assert figure.get_suptitle() == "after 2 of 4 steps"


def test_the_spread_opens_from_one(frames) -> None:
    bands = spread(frames)
    assert bands[0].tolist() == [1] * 5
    assert (bands[-1][0], bands[-1][-1]) == (0.5, 2)


def test_a_step_between_the_frames_is_refused(frames) -> None:
    with pytest.raises(ValueError, match="steps 0, 2, 4; found 3"):
        plot_frame(frames, LOSSES, 3)


def test_a_vector_with_a_flipped_sign_does_not_hide_the_film(frames) -> None:
    frames[4]["l_k"][0, 0] = -1
    assert colour_limit(frames) == pytest.approx(1)


def test_the_slider_shows_every_frame_and_begins_at_the_last(frames) -> None:
    view = explore_film(frames, LOSSES)
    assert (view.controls[0]["stops"], view.setting) == (["0", "2", "4"], {"steps": "4"})
    assert view.controls[0]["look"] == "film"
    first = view.drawn("0")
    assert first["words"] == "after 0 steps: entries from 1.00 to 1.00, four fifths of them from 1.00 to 1.00"
    assert first["picture"] != view.drawn("4")["picture"]


def test_of_many_frames_nine_are_shown_with_both_ends(frames) -> None:
    many = {step: frames[0] for step in range(0, 155, 5)}
    stops = explore_film(many, LOSSES).controls[0]["stops"]
    assert len(stops) == 9 and (stops[0], stops[-1]) == ("0", "150")


def test_the_words_of_a_frame_are_those_of_its_step(frames) -> None:
    first, last = (plot_frame(frames, LOSSES, step).description for step in (0, 4))
    assert "after 0 of 4 steps" in first and "l_k × ≈ 1.00 to ≈ 1.00" in first
    assert "after 4 of 4 steps" in last and "l_k × ≈ 0.50 to ≈ 2.00; l_ff × ≈ 1.00 to ≈ 1.00" in last
    assert "the loss falls from ≈ 0.70" in last


def test_the_key_of_the_spread_covers_nothing(frames) -> None:
    figure = plot_frame(frames, LOSSES, 4)
    figure.canvas.draw()
    (spread_axes,) = [axes for axes in figure.axes if axes.get_title() == "entries of all vectors"]
    assert not spread_axes.get_legend().get_window_extent().overlaps(spread_axes.get_window_extent())


def test_a_film_that_is_turned_shows_what_a_new_picture_of_each_step_shows(frames) -> None:
    reel = Reel(plot_frame(frames, LOSSES, 4), frames, LOSSES)
    for step in (4, 0, 2, 4):
        assert image(reel(step)) == image(plot_frame(frames, LOSSES, step))


def test_the_bar_of_colours_is_the_same_in_every_frame(frames) -> None:
    frames[4]["l_k"][0, 0] = 64  # one entry of one frame goes beyond
    drawn = [axes.images for step in frames for axes in plot_frame(frames, LOSSES, step).axes]
    bars = [each.colorbar for images in drawn for each in images if each.colorbar]
    assert [bar.extend for bar in bars] == ["max"] * 3
    assert bars[0].get_ticks().tolist() == bars[1].get_ticks().tolist() == bars[2].get_ticks().tolist()
