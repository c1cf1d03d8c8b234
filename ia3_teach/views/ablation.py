"""Pictures of the causal check: what resetting entries to 1 costs, against controls."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ia3_teach.views.heat_map import colour_of
from ia3_teach.views.style import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float, float]
LINES = {
    "farthest": {"color": "#d95f02", "marker": "o", "linestyle": "-", "label": "farthest from 1"},
    "nearest": {"color": "#2b74b8", "marker": "s", "linestyle": "--", "label": "nearest to 1"},
    "random": {"color": "#8c8c8c", "marker": ".", "linestyle": "-", "label": "random"},
}


def plot_ablation(runs: Mapping[str, Sequence[Point]], trained: float, bare: float) -> "Figure":
    """Pairs in order after resetting, against how many entries (left) and how much departure (right).

    `runs` maps "farthest", "nearest" and any number of "random ..." to points: share of the entries reset,
    share of the squared departure reset with them, pairs in order. `trained` and `bare` are the ends.
    """
    figure, columns = new_figure(width=7, height=3.2, columns=2)
    for axes, which in zip(columns, (0, 1), strict=True):
        for name, points in runs.items():
            style = dict(LINES[name.split()[0]])
            if style["label"] in axes.get_legend_handles_labels()[1]:
                del style["label"]
            axes.plot([100 * point[which] for point in points], [point[2] for point in points], **style)
        axes.set(ylim=(0.4, 1.02), xlim=(0, 102))
    columns[0].set(xlabel="% of entries reset to 1", ylabel="pairs in order")
    columns[1].set(xlabel="% of the departure reset with them")
    _ends(columns[1], trained, bare)
    columns[1].legend(fontsize=9, loc="lower left")
    return figure


def plot_kinds(
    kept: Mapping[str, float], without: Mapping[str, float], trained: float, bare: float
) -> "Figure":
    """Two panels of bars: pairs in order with one kind of vector alone, and with all but one kind."""
    figure, columns = new_figure(width=7, height=2.8, columns=2)
    panels = {"only this kind": kept, "all but this kind": without}
    for axes, (title, bars) in zip(columns, panels.items(), strict=True):
        axes.bar(list(bars), list(bars.values()), color=[colour_of(kind) for kind in bars], width=0.6)
        _ends(axes, trained, bare)
        axes.set(title=title, ylim=(0.4, 1.02))
    columns[0].set_ylabel("pairs in order")
    return figure


def _ends(axes: "Axes", trained: float, bare: float) -> None:
    """Lines at what the whole adapter and the frozen model reach."""
    for height, name in ((trained, "trained"), (bare, "frozen")):
        axes.axhline(height, color="black", linewidth=0.8, linestyle=":")
        axes.text(1.02, height, name, transform=axes.get_yaxis_transform(), va="center", fontsize=9)
