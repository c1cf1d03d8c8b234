"""The picture of a block shows every box once, and its words follow what is drawn."""

import pytest

from ia3_teach.views import block_picture
from ia3_teach.views.block_picture import ARROWS, BOXES, HALVES, plot_block
from ia3_teach.views.style import png


def texts(plain: bool = False) -> list[str]:
    return [text.get_text() for text in plot_block(plain).axes[0].texts]


@pytest.mark.parametrize("plain", [False, True])
def test_the_block_has_three_vectors(plain: bool) -> None:
    assert [text for text in texts(plain) if text.startswith("$l_")] == ["$l_{k}$", "$l_{v}$", "$l_{ff}$"]


@pytest.mark.parametrize("plain", [False, True])
def test_a_vector_is_a_formula_in_a_circle_that_covers_no_box(plain: bool) -> None:
    figure = plot_block(plain)
    png(figure)
    drawn = [text for text in figure.axes[0].texts if text.get_bbox_patch() is not None]
    places = {text: text.get_bbox_patch().get_window_extent() for text in drawn}
    for circle in (text for text in drawn if text.get_text().startswith("$l_")):
        assert circle.get_parse_math()
        assert not any(places[circle].overlaps(places[box]) for box in drawn if box is not circle)


def test_every_box_is_drawn_and_stands_in_a_half_or_before_both() -> None:
    assert set(BOXES) - {"softmax", "sum"} <= set(texts())
    for name, (column, _) in BOXES.items():
        assert name == "x" or sum(left < column < right for left, right in HALVES) == 1


def test_plain_words_name_no_layer() -> None:
    assert not {"W_O", "W_1", "W_2", "GELU"} & set(texts(plain=True))


def test_the_description_follows_the_arrows_and_the_places_of_the_vectors(monkeypatch) -> None:
    words = plot_block().description
    assert "x to query, key and value" in words and "l_k between key and softmax of q·k" in words
    monkeypatch.setattr(block_picture, "ARROWS", (*ARROWS, ("x", "W_2")))
    monkeypatch.setattr(block_picture, "VECTORS", {("x", "query"): "q"})
    words = plot_block(plain=True).description
    assert "x to query, key, value and narrow" in words and "l_q between x and query" in words
