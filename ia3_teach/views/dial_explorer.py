"""A slider around the picture of the dial."""

from ia3_teach.annotated import numbers
from ia3_teach.views.controls import Control, Controlled
from ia3_teach.views.dial import plot_dial
from ia3_teach.views.dial_grid import OTHER_WORDS, STOPS, DialGrid


@numbers(row=0)
def explore_dial(grid: DialGrid, row: int = 0) -> Controlled:
    """λ from -1 to 3, for one text after the other, number `row` first; the grid's answers are looked up."""
    texts = {f"{place + 1}. {text}": place for place, text in enumerate(grid.texts)}
    controls = [
        Control("λ", {f"{strength:g}": strength for strength in STOPS}, "1"),
        Control("text", texts, list(texts)[row], "menu"),
    ]
    return Controlled(
        lambda strength, place: plot_dial(grid, strength, place),
        lambda strength, place: in_words(grid, strength, place),
        controls,
    )


def in_words(grid: DialGrid, strength: float, row: int) -> str:
    """The answer as a line of text, for those who do not see the picture."""
    chances = zip([*grid.words, OTHER_WORDS], grid.at(strength, row), strict=True)
    return f"λ = {strength:g}: " + ", ".join(f"{word} {100 * chance:.0f} %" for word, chance in chances)
