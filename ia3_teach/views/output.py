"""Sending a figure to a notebook, with words for those who cannot see it."""

import base64
import html
import io
from typing import TYPE_CHECKING

from ia3_teach.wording import brief, printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

SHORTEST = 20  # letters; fewer say nothing that can be seen
INCH = 100  # pixels of the page; a picture has twice as many of its own
# A card of one's own, so that a figure is no glaring box on a dark page.
CARD = "background:#ffffff;padding:8px;border-radius:8px;max-width:100%;height:auto;box-sizing:border-box"


def describe(figure: "Figure", words: str) -> "Figure":
    """Give a figure its alternative text, made from what is drawn; returns the figure.

    Raises ValueError for a text too short to say what is to be seen.
    """
    words = printable(" ".join(words.split()))
    if len(words) < SHORTEST:
        raise ValueError(f"the description {brief(words)} is too short: say in a sentence what is to be seen")
    figure.description = words
    return figure


def show(figure: "Figure") -> None:
    """Display a described figure in a notebook.

    The plain-text form is the description itself, which notebook tests can compare.
    Raises ValueError for a figure that nobody has described.
    """
    from IPython.display import display

    display({"text/html": image(figure), "text/plain": described(figure)}, raw=True)


def image(figure: "Figure") -> str:
    """A described figure as an `<img>` element, which has an alternative text as no PNG output has.

    It is the same in a cell's output and under controls, and keeps its place while it is drawn anew.
    """
    width, height = (16 + round(inches * INCH) for inches in figure.get_size_inches())  # the card's padding
    picture = base64.b64encode(png(figure)).decode()
    return (
        f'<img alt="{html.escape(described(figure))}" width="{width}" height="{height}" decoding="sync" '
        f'style="{CARD}" src="data:image/png;base64,{picture}">'
    )


def described(figure: "Figure") -> str:
    """A figure's alternative text. Raises ValueError where nobody has given it one."""
    words = getattr(figure, "description", None)
    if words is None:
        raise ValueError("this figure has no description; describe(figure, words) gives it one")
    return words


def png(figure: "Figure") -> bytes:
    """The figure as PNG bytes at twice the density of the page, without the program's name and version.

    256 colours are enough for it, and make a third of the bytes.
    """
    from PIL import Image

    small = io.BytesIO()
    picture = pixels(figure, 2 * INCH)
    picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(small, format="png")
    return small.getvalue()


def pixels(figure: "Figure", dpi: float) -> "Image":
    """The picture that `savefig` makes, drawn once; that draws everything twice, and packs it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    from ia3_teach.views.plain_figure import laid_out

    canvas, density = figure.canvas, figure.dpi
    drawn = FigureCanvasAgg(figure)
    try:
        figure.set_dpi(dpi)
        with laid_out(figure):
            drawn.draw()
        size, numbers = drawn.get_width_height(), drawn.buffer_rgba()
        return Image.frombuffer("RGBA", size, numbers, "raw", "RGBA", 0, 1).convert("RGB")
    finally:
        figure.set_dpi(density)
        figure.set_canvas(canvas)
