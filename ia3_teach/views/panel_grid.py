"""Several panels in one figure, so many beside each other and the rest below."""

from typing import TYPE_CHECKING, Any

from ia3_teach.views.style import STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def grid_of_panels(
    count: int, columns: int, width: float, height: float, **shared: Any
) -> tuple["Figure", list["Axes"]]:
    """A figure with `count` axes, `columns` beside each other; places that are left over stay empty.

    `shared` is what matplotlib's `subplots` takes besides, such as sharex.
    """
    import matplotlib.style

    from ia3_teach.views.plain_figure import PlainFigure

    with matplotlib.style.context(STYLE):
        figure = PlainFigure(figsize=(width, height))
        panels = list(figure.subplots(-(-count // columns), columns, squeeze=False, **shared).flat)
    for empty in panels[count:]:
        empty.remove()
    return figure, panels[:count]
