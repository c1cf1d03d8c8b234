"""Pictures of the causal check: what resetting entries to 1 does to accuracy, against controls."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from torch import Tensor

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
    """Accuracy after resetting, against how many entries (left) and against how much departure (right).

    `runs` maps "farthest", "nearest" and any number of "random ..." to points: share of the entries reset,
    share of the squared departure reset with them, accuracy. `trained` and `bare` are the ends.
    """
    figure, columns = new_figure(width=8, height=3.2, columns=2)
    for axes, which in zip(columns, (0, 1), strict=True):
        for name, points in runs.items():
            style = dict(LINES[name.split()[0]])
            if style["label"] in axes.get_legend_handles_labels()[1]:
                del style["label"]
            axes.plot([100 * point[which] for point in points], [point[2] for point in points], **style)
        axes.set(ylim=(0.4, 1.02), xlim=(0, 102))
    columns[0].set(xlabel="% of entries reset to 1", ylabel="accuracy")
    columns[1].set(xlabel="% of the departure reset with them")
    _ends(columns[1], trained, bare)
    columns[1].legend(fontsize=9, loc="lower left")
    return figure


def plot_kinds(
    kept: Mapping[str, float], without: Mapping[str, float], trained: float, bare: float
) -> "Figure":
    """Two panels of bars: accuracy with one kind of vector alone, and with all but one kind."""
    figure, columns = new_figure(width=7, height=2.8, columns=2)
    panels = {"only this kind": kept, "all but this kind": without}
    for axes, (title, bars) in zip(columns, panels.items(), strict=True):
        axes.bar(list(bars), list(bars.values()), color=[colour_of(kind) for kind in bars], width=0.6)
        _ends(axes, trained, bare)
        axes.set(title=title, ylim=(0.4, 1.02))
    columns[0].set_ylabel("accuracy")
    return figure


def plot_against(one: Tensor, other: Tensor, kind: str, names: tuple[str, str]) -> "Figure":
    """Each entry as a dot: what it is in one adapter against what it is in the other."""
    figure, axes = new_figure(width=3.6, height=3.4)
    axes.axhline(1, color="grey", linewidth=0.8)
    axes.axvline(1, color="grey", linewidth=0.8)
    axes.scatter(one.flatten(), other.flatten(), s=5, alpha=0.4, color=colour_of(kind))
    axes.set(xlabel=f"{kind}, {names[0]}", ylabel=f"{kind}, {names[1]}")
    return figure


def plot_likeness(cosines: Mapping[str, Mapping[str, float]]) -> "Figure":
    """Bars of cosines, {other adapter: {kind: cosine}}, one group per other adapter."""
    figure, axes = new_figure(width=7, height=2.8)
    kinds = list(next(iter(cosines.values())))
    for offset, kind in enumerate(kinds):
        places = [group + 0.25 * offset for group in range(len(cosines))]
        axes.bar(places, [c[kind] for c in cosines.values()], 0.22, color=colour_of(kind), label=kind)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xticks([group + 0.25 * (len(kinds) - 1) / 2 for group in range(len(cosines))], list(cosines))
    axes.set(ylabel="cosine of l - 1", ylim=(-0.3, 1.02))
    axes.legend(fontsize=9)
    return figure


def _ends(axes: "Axes", trained: float, bare: float) -> None:
    """Lines at the accuracy of the whole adapter and of the frozen model."""
    for height, name in ((trained, "trained"), (bare, "frozen")):
        axes.axhline(height, color="black", linewidth=0.8, linestyle=":")
        axes.text(1.02, height, name, transform=axes.get_yaxis_transform(), va="center", fontsize=9)
