"""Accuracy over the price of a prediction: every mark where its numbers say, and told in words."""

import pytest

from ia3_teach.views.prices import Price, plot_prices
from ia3_teach.views.style import METHODS

ANEW = [Price(2e10, 0.61, "1"), Price(1.6e11, 0.7, "16")]
WAYS = {"IA3, 32": [Price(8e9, 0.86)], "read anew": ANEW, "read once": [Price(9e9, 0.7, "16")]}


def test_a_way_without_a_price_is_refused() -> None:
    with pytest.raises(ValueError, match="the way 'LoRA' has no price to be drawn at"):
        plot_prices({"LoRA": []})


def test_every_mark_lies_where_its_numbers_say_on_a_logarithmic_axis() -> None:
    (axes,) = plot_prices(WAYS).axes
    assert axes.get_xscale() == "log"
    drawn = {line.get_label(): list(map(tuple, line.get_xydata())) for line in axes.lines}
    assert drawn == {name: [(price.cost, price.accuracy) for price in way] for name, way in WAYS.items()}
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["1", "16", "16"]


def test_ways_to_use_examples_in_context_are_filled_and_empty_and_a_method_has_its_own_colour() -> None:
    ia3, anew, once = plot_prices(WAYS).axes[0].lines
    assert ia3.get_color() == METHODS["IA3"]["color"]
    assert anew.get_color() == once.get_color() == METHODS["4-shot"]["color"]
    assert (anew.get_markerfacecolor() == "white", once.get_markerfacecolor() == "white") == (False, True)


def test_chance_is_drawn_where_it_is_said() -> None:
    assert [line.get_ydata()[0] for line in plot_prices(WAYS, level=0.5).axes[0].lines][-1] == 0.5


def test_the_words_have_every_number() -> None:
    assert plot_prices(WAYS, across="FLOPs").description == (
        "Accuracy over FLOPs. IA3, 32: 8.0e+09 and 0.86; read anew: 1 at 2.0e+10 and 0.61, "
        "16 at 1.6e+11 and 0.70; read once: 16 at 9.0e+09 and 0.70."
    )
