"""A line at a level that everybody knows, such as chance, with its name beside it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOK = {"color": "0.4", "linestyle": ":", "linewidth": 1}


def draw_level(axes: "Axes", level: float, name: str = "chance") -> None:
    """A dotted horizontal line; its name stands to the right of the axes, where it covers nothing."""
    axes.axhline(level, **_LOOK)
    axes.annotate(
        name, (1, level), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
        va="center", color="0.35",
    )  # fmt: skip


def draw_upright_level(axes: "Axes", level: float, name: str = "chance") -> None:
    """The same upright; the name is for the legend, since above and below stand titles and ticks."""
    axes.axvline(level, label=name, **_LOOK)
