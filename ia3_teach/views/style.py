"""The one colour language: blue inhibits, white is 1, orange amplifies, on a log2 scale.

It needs nothing of the project but what makes a figure (`views.output`, `plain_figure`), so that
checks and lessons may draw in it too.
"""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ia3_teach.views.output import describe as describe
from ia3_teach.views.output import png as png
from ia3_teach.views.output import show as show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Blue against orange stays apart under every common colour blindness; the ends are equally dark.
_STOPS = ["#0b4a8f", "#5a9bd4", "#ffffff", "#f5a04a", "#bf5200"]
SIGN_FLIPPED = "black"
# Lightness differs too, so that these stay apart where hues do not (tests/views/test_colours.py).
QKV_COLOURS = {"q": "#b0b0b0", "k": "#7b3294", "v": "#00664b", "ff": "#c9a400"}
METHODS: dict[str, dict[str, str]] = {
    "IA3": {"color": "#d95f02", "marker": "o", "linestyle": "-"},
    "LoRA": {"color": "#5e3c99", "marker": "s", "linestyle": "--"},
    "full": {"color": "#000000", "marker": "^", "linestyle": "-."},
    "head": {"color": "#999999", "marker": "v", "linestyle": ":"},
    "zero-shot": {"color": "#999999", "marker": "x", "linestyle": ":"},
    "4-shot": {"color": "#56b4e9", "marker": "D", "linestyle": "--"},
}
STYLE = "ia3_teach.views.figures"  # figures.mplstyle beside this file
_SMALLEST_LIMIT = 0.1  # log2 units: nearly-one vectors look white instead of dramatic


def colour_map() -> Any:
    """Blue - white - orange, black where a value has no logarithm (the sign is flipped)."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("scale", _STOPS).with_extremes(bad=SIGN_FLIPPED)


def log2_scale(vector: Tensor) -> Tensor:
    """log2 of each entry: 0 for 1, -1 for one half, +1 for 2; NaN where it is <= 0.

    >>> log2_scale(torch.tensor([0.5, 1.0, 2.0, -1.0]))
    tensor([-1.,  0.,  1., nan])
    """
    vector = vector.detach().float()
    return torch.where(vector > 0, vector, torch.nan).log2()


def symmetric_limit(values: Tensor) -> float:
    """The largest finite size among `values`, at least 0.1: colours run from -limit to +limit.

    >>> symmetric_limit(torch.tensor([-2.0, 1.0]))
    2.0
    """
    sizes = values[values.isfinite()].abs()
    return max(_SMALLEST_LIMIT, sizes.max().item() if len(sizes) else 0.0)


def new_figure(width: float = 7.0, height: float = 2.5, columns: int = 1) -> tuple["Figure", Any]:
    """A figure in the course's style with one row of axes; pyplot does not know it."""
    figure, axes = _grid(width, height, 1, columns)
    return figure, axes[0] if columns > 1 else axes[0, 0]


def beside(columns: int, height: float, width: float = 7.0) -> tuple["Figure", Any]:
    """The same with `columns` axes in its row, always a list: a view of many panels may be given one."""
    figure, axes = _grid(width, height, 1, columns)
    return figure, axes[0]


def stacked(rows: int, width: float, height: float) -> tuple["Figure", Any]:
    """The same with `rows` axes one above the other, always a list."""
    figure, axes = _grid(width, height, rows, 1)
    return figure, axes[:, 0]


def _grid(width: float, height: float, rows: int, columns: int) -> tuple["Figure", Any]:
    import matplotlib.style

    from ia3_teach.views.plain_figure import PlainFigure

    with matplotlib.style.context(STYLE):
        figure = PlainFigure(figsize=(width, height))
        return figure, figure.subplots(rows, columns, squeeze=False)


def some_of(n: int, most: int) -> range:
    """The places that are named, of n: all, or every second, third, ..., so that there are at most `most`.

    >>> list(some_of(4, 8)), list(some_of(24, 8))
    ([0, 1, 2, 3], [0, 3, 6, 9, 12, 15, 18, 21])
    """
    return range(0, n, 1 + (n - 1) // most)


def heat(axes: "Axes", values: Tensor, limit: float) -> Any:
    """Draw `values`, shape (rows, columns), from blue at -limit to orange at +limit."""
    image = axes.imshow(
        values.numpy(),
        cmap=colour_map(),
        vmin=-limit,
        vmax=limit,
        aspect="auto",
        interpolation="nearest",
    )
    axes.spines[["top", "right"]].set_visible(True)
    return image


def scale_bar(figure: "Figure", image: Any, axes: Any, limit: float) -> None:
    """A colour bar whose ticks are factors (0.5, 1, 2), not logarithms; more digits near 1.

    It ends in an arrow where an entry of these axes lies beyond the limit.
    """
    ticks = [-limit, -limit / 2, 0, limit / 2, limit]
    bar = figure.colorbar(image, ax=axes, ticks=ticks, extend=beyond(axes, limit))
    digits = ".2f" if limit < 0.4 else ".2g"
    bar.ax.set_yticklabels([f"× {2**tick:{digits}}" if tick else "× 1" for tick in bar.get_ticks()])


def beyond(axes: Any, limit: float) -> str:
    """At which ends entries lie beyond the limit, in matplotlib's words: neither, min, max or both."""
    panels = list(axes) if hasattr(axes, "__iter__") else [axes]
    drawn = [image.get_array().compressed() for panel in panels for image in panel.images]
    below = any((values < -1.0001 * limit).any() for values in drawn)
    above = any((values > 1.0001 * limit).any() for values in drawn)
    return {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[below, above]


def text_on(colour: str) -> str:
    """Black or white, whichever is read more easily on a colour.

    >>> text_on("#00664b"), text_on("#c9a400")
    ('white', 'black')
    """
    from matplotlib.colors import to_rgb

    lightness = sum(w * c**2.2 for w, c in zip((0.2126, 0.7152, 0.0722), to_rgb(colour), strict=True))
    return "black" if lightness > 0.2 else "white"
