"""The adapters of several tasks side by side: how far each kind of vector moved in each layer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.course.lesson.reading import layer_profile
from ia3_teach.views.heat_map import colour_of
from ia3_teach.views.panel_grid import grid_of_panels
from ia3_teach.views.phrases import span
from ia3_teach.views.style import describe, some_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = "osD^"
MOST_TICKS = 6  # layers that are named; of many every second, third, ...


@numbers(columns=1)
def plot_profiles(tasks: Mapping[str, Mapping[str, Tensor]], columns: int = 3) -> "Figure":
    """Root mean square of l - 1 per layer: a panel per task, a line per kind, one scale for all panels.

    Shapes: tasks {title: {"l_k": (n_layers, d), ...}}.

    >>> import torch
    >>> len(plot_profiles({"one": {"l_k": torch.ones(4, 8)}, "two": {"l_k": torch.ones(4, 8)}}).axes)
    2
    """
    figure, panels = grid(len(tasks), columns)
    for axes, (title, values) in zip(panels, tasks.items(), strict=True):
        for (kind, l), marker in zip(values.items(), MARKERS, strict=False):
            axes.plot(layer_profile(l), color=colour_of(kind), marker=marker, markersize=4, label=kind)
        axes.set(title=title, xticks=some_of(len(l), MOST_TICKS), xlabel="layer")
        axes.grid(alpha=0.3)
        axes.label_outer()
    panels[0].set_ylim(bottom=0)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)
    figure.supylabel("root mean square of l − 1", fontsize=9)
    return describe(figure, profiles_in_words(tasks))


def profiles_in_words(tasks: Mapping[str, Mapping[str, Tensor]]) -> str:
    """Between which heights the lines of each panel lie."""
    told = [
        f"{title.replace(chr(10), ', ')}: {span([size for l in kinds.values() for size in layer_profile(l)])}"
        for title, kinds in tasks.items()
    ]
    first = next(iter(tasks.values()))
    return f"Root mean square of l − 1 by layer, a line for each of {', '.join(first)}. {'; '.join(told)}."


def grid(count: int, columns: int) -> tuple["Figure", list["Axes"]]:
    """A figure with `count` small axes that share their scales, `columns` beside each other."""
    height = 0.7 + 1.9 * -(-count // columns)
    return grid_of_panels(count, columns, 7 * columns / 3, height, sharex=True, sharey=True)
