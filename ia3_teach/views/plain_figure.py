"""A figure that draws every text as it stands: a price in a reader's own text is no formula."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import Formatter, LogFormatter

from ia3_teach.wording import printable

FORMULA = "formula"  # the gid of a text that is one, and not a reader's
UNNAMED = re.compile(r"_child\d+|_nolegend_")  # what matplotlib itself calls what has no name
GUARD = "\u200b"  # has no width; in front of a name that begins with _, until it is drawn


class PlainAxes(Axes):
    """Axes in whose legend every name stands: matplotlib leaves out those that begin with an underscore."""

    def legend(self, *args: Any, **kwargs: Any) -> Any:
        """The legend, with all names."""
        guard_names(self)
        return super().legend(*args, **kwargs)

    def get_legend_handles_labels(self, *args: Any) -> tuple[list[Artist], list[str]]:
        """What a legend of the whole figure shows, with all names."""
        guard_names(self)
        return super().get_legend_handles_labels(*args)


def guard_names(axes: Axes) -> None:
    """Put a sign without width in front of the names that a legend would leave out."""
    for artist in named(axes):
        label = artist.get_label()
        if label.startswith("_") and not UNNAMED.fullmatch(label):
            artist.set_label(GUARD + label)


def named(axes: Axes) -> Iterator[Artist]:
    """What a legend lists."""
    for artist in (*axes.lines, *axes.patches, *axes.collections, *axes.containers):
        if isinstance(artist.get_label(), str):
            yield artist


class PlainFigure(Figure):
    """A matplotlib figure in which `$` is a dollar sign.

    matplotlib reads what stands between two `$` as a formula, so that a reader's "$5 or $6" would lose its
    signs or end in an error; half an emoji ends in one too. Texts and tokens come from anywhere; the figure
    itself makes them plain, whichever view wrote them. Formulas are only matplotlib's own ticks of
    logarithmic axes, and texts that a view has given the gid FORMULA.
    """

    def add_subplot(self, *args: Any, **kwargs: Any) -> Axes:
        """Axes in whose legend every name stands."""
        return super().add_subplot(*args, **{"axes_class": PlainAxes} | kwargs)

    def draw(self, renderer: Any) -> None:
        """Draw, after every text was made plain."""
        make_plain(self)
        super().draw(renderer)


def make_plain(figure: Figure) -> None:
    """Switch formulas off in every text of a figure but a view's own and the ticks of logarithmic axes.

    What cannot be drawn is shown by its number.
    """
    for text in figure.findobj(Text):
        text.set_parse_math(text.get_gid() == FORMULA)
        text.set_text(plain_text(text.get_text()))
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            make_ticks_plain(axis.get_major_formatter())
            for which, of in (("major", axis.get_major_formatter()), ("minor", axis.get_minor_formatter())):
                if isinstance(of, LogFormatter):
                    for label in axis.get_ticklabels(which=which):
                        label.set_parse_math(True)


def make_ticks_plain(formatter: Formatter) -> None:
    """Have what writes the ticks do the same: it is asked anew while a figure is drawn."""
    if "format_ticks" not in vars(formatter):
        written = formatter.format_ticks
        formatter.format_ticks = lambda values: [plain_text(text) for text in written(values)]


def plain_text(text: str) -> str:
    r"""A text that every font can draw.

    >>> print(plain_text("half an emoji: \ud83d"))
    half an emoji: \ud83d
    """
    return printable(text.removeprefix(GUARD), kept="\n")


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
