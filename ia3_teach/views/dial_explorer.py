"""A slider around the picture of the dial."""

from functools import cache
from typing import TYPE_CHECKING

from ia3_teach.views.dial import plot_dial
from ia3_teach.views.dial_grid import OTHER_WORDS, STOPS, DialGrid
from ia3_teach.views.output import image, plain

if TYPE_CHECKING:
    from ipywidgets import VBox

WIDE = {"width": "36em", "max_width": "100%"}
WITHOUT_WIDGETS = "A slider for λ, a menu of texts and a Reset button: they need a running notebook."


def dial_controls(grid: DialGrid, row: int = 0) -> "VBox":
    """A slider over the stops, a menu of the texts, Reset, the picture, and the picture in words."""
    import ipywidgets as widgets

    stops = [(f"{strength:g}", strength) for strength in STOPS]
    slider = widgets.SelectionSlider(options=stops, value=1.0, description="λ", layout=WIDE)
    menu = widgets.Dropdown(
        options=[(text, place) for place, text in enumerate(grid.texts)],
        value=row,
        description="text",
        layout=WIDE | {"width": "45em"},
    )
    reset, picture, words = widgets.Button(description="Reset"), widgets.HTML(), widgets.HTML()

    @cache  # each picture is drawn once
    def drawn(strength: float, row: int) -> str:
        return image(plot_dial(grid, strength, row))

    def redraw(*_: object) -> None:
        picture.value = drawn(slider.value, menu.value)
        words.value = plain(in_words(grid, slider.value, menu.value))

    def back(*_: object) -> None:
        slider.value = 1.0

    slider.observe(redraw, "value")
    menu.observe(redraw, "value")
    reset.on_click(back)
    redraw()
    return widgets.VBox([menu, widgets.HBox([slider, reset]), picture, words])


def in_words(grid: DialGrid, strength: float, row: int) -> str:
    """The answer as a line of text, for those who do not see the picture."""
    chances = zip([*grid.words, OTHER_WORDS], grid.at(strength, row), strict=True)
    return f"λ = {strength:g}: " + ", ".join(f"{word} {100 * chance:.0f} %" for word, chance in chances)


def explore_dial(grid: DialGrid, row: int = 0) -> None:
    """Show the controls, text number `row` first; without a kernel a line of words stands in their place."""
    from IPython.display import display

    bundle = dial_controls(grid, row)._repr_mimebundle_()
    display({**bundle, "text/plain": WITHOUT_WIDGETS}, raw=True)
