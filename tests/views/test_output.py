"""A figure's pixels are those of `savefig`, made in one pass, and the figure is left as it was."""

import io
from collections.abc import Callable

import pytest
import torch
from matplotlib import pyplot
from matplotlib.figure import Figure
from PIL import Image, ImageChops

from ia3_teach import views
from ia3_teach.views.output import INCH, pixels

SQUARE = torch.tensor([[1.0, 0.5], [0.25, 1.0]])


def formula() -> Figure:
    """A lesson's own figure, which may have formulas, and has no layout."""
    figure, axes = pyplot.subplots()
    axes.set_title(r"$l \odot x$")
    pyplot.close(figure)
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "a formula": formula,
    "budget": lambda: views.plot_budget(views.Sizes(4, 192, 768, 6, 6), 8),
    "dollars": lambda: views.plot_scale(SQUARE, "$5 or $6", row_names=["$a", "b$"]),
    "film": lambda: views.plot_frame({0: {"l_k": SQUARE}, 5: {"l_k": 2 * SQUARE}}, [1.0] * 5, 5),
}


def saved(figure: Figure) -> Image.Image:
    """By way of matplotlib's own `savefig`."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=2 * INCH)
    return Image.open(file).convert("RGB")


def test_a_figure_that_cannot_be_drawn_is_left_as_it_was(monkeypatch) -> None:
    figure = FIGURES["budget"]()
    before = figure.canvas, figure.dpi, figure.get_layout_engine()
    monkeypatch.setattr(type(figure), "draw", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        pixels(figure, 200)
    assert (figure.canvas, figure.dpi, figure.get_layout_engine()) == before


@pytest.mark.parametrize("name", FIGURES)
def test_every_pixel_is_the_one_that_savefig_draws(name) -> None:
    one, other = saved(FIGURES[name]()), pixels(FIGURES[name](), 2 * INCH)
    assert one.size == other.size and ImageChops.difference(one, other).getbbox() is None


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_as_it_was_and_can_be_changed_and_drawn_again(name) -> None:
    figure = FIGURES[name]()
    before = figure.canvas, figure.dpi, figure.get_layout_engine()
    first = pixels(figure, 100)
    assert (figure.canvas, figure.dpi, figure.get_layout_engine()) == before
    figure.axes[0].set_title("another title")
    assert pixels(figure, 100).tobytes() != first.tobytes()
