"""A figure that draws every text as it stands: a price in a reader's own text is no formula."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import LogFormatter

FORMULA = "formula"  # the gid of a text that is one, and not a reader's


class PlainFigure(Figure):
    """A matplotlib figure in which `$` is a dollar sign.

    matplotlib reads what stands between two `$` as a formula, so that a reader's "$5 or $6" would lose its
    signs or end in an error. Texts and tokens come from anywhere; the figure itself makes them plain,
    whichever view wrote them. Formulas are only matplotlib's own ticks of logarithmic axes, and texts
    that a view has given the gid FORMULA.
    """

    def draw(self, renderer: Any) -> None:
        """Draw, after every text was made plain."""
        make_plain(self)
        super().draw(renderer)


def make_plain(figure: Figure) -> None:
    """Switch formulas off in every text of a figure but a view's own and the ticks of logarithmic axes."""
    for text in figure.findobj(Text):
        text.set_parse_math(text.get_gid() == FORMULA)
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            for which, of in (("major", axis.get_major_formatter()), ("minor", axis.get_minor_formatter())):
                if isinstance(of, LogFormatter):
                    for label in axis.get_ticklabels(which=which):
                        label.set_parse_math(True)


@contextmanager
def laid_out(figure: Figure) -> Iterator[None]:
    """Put a figure's parts where its layout wants them; while this holds, drawing does not do so again."""
    layout = figure.get_layout_engine()
    if layout is None:
        yield
        return
    if isinstance(figure, PlainFigure):
        make_plain(figure)  # as the texts will be drawn: their widths decide
    layout.execute(figure)
    figure.set_layout_engine("none")
    try:
        yield
    finally:
        figure.set_layout_engine(layout)
