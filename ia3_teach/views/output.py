"""Sending a figure to a notebook, with words for those who cannot see it."""

import base64
import html
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show(figure: "Figure", alt: str) -> None:
    """Display `figure` in a notebook with `alt` as its alternative text.

    JupyterLab gives PNG outputs no alternative text, so the picture goes out as an `<img>`
    element; the plain-text form is the text itself, which notebook tests can compare.
    """
    if len(alt.strip()) < 20:
        raise ValueError(f"alt={alt!r} is too short: say in a sentence what is to be seen")
    from IPython.display import display

    picture = base64.b64encode(png(figure)).decode()
    width, _ = figure.get_size_inches() * 100
    markup = (
        f'<img alt="{html.escape(alt)}" width="{width:.0f}" src="data:image/png;base64,{picture}">'
    )
    display({"text/html": markup, "text/plain": alt}, raw=True)


def png(figure: "Figure") -> bytes:
    """The figure as PNG bytes, without the program's name and version in them."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130, metadata={"Software": None})
    return buffer.getvalue()
