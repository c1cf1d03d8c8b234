"""Pictures of the causal check: what resetting entries to 1 costs, against controls."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ia3_teach.annotated import numbers
from ia3_teach.views.heat_map import colour_of
from ia3_teach.views.phrases import joined, rough, trend
from ia3_teach.views.style import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float, float]
LINES = {
    "farthest": {"color": "#d95f02", "marker": "o", "linestyle": "-", "label": "farthest from 1"},
    "nearest": {"color": "#2b74b8", "marker": "s", "linestyle": "--", "label": "nearest to 1"},
    "random": {"color": "#8c8c8c", "marker": ".", "linestyle": "-", "label": "random"},
}


@numbers()
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
        _ends(axes, trained, bare)
    columns[0].set(xlabel="% of entries reset to 1", ylabel="pairs in order")
    columns[1].set(xlabel="% of the departure reset with them")
    figure.legend(*columns[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
    return describe(figure, ablation_in_words(runs, trained, bare))


def ablation_in_words(runs: Mapping[str, Sequence[Point]], trained: float, bare: float) -> str:
    """How each run falls, with the shares of entries and of departure at its end."""
    told = [
        f"{name} {trend([point[2] for point in points])}, where {100 * points[-1][0]:.0f} % of the entries "
        f"and {rough(100 * points[-1][1], 0)} % of the departure are reset"
        for name, points in runs.items()
    ]
    ends = f"trained {rough(trained)}, frozen {rough(bare)}"
    return f"Pairs in order, over entries (left) and departure (right). {'; '.join(told)}. Dotted: {ends}."


@numbers()
def plot_kinds(
    kept: Mapping[str, float], without: Mapping[str, float], trained: float, bare: float
) -> "Figure":
    """Two panels of bars from 0: pairs in order with one kind of vector alone, and with all but one kind."""
    figure, columns = new_figure(width=7, height=3.0, columns=2)
    panels = {"only this kind": kept, "all but this kind": without}
    for axes, (title, bars) in zip(columns, panels.items(), strict=True):
        drawn = axes.bar(list(bars), list(bars.values()), color=[colour_of(kind) for kind in bars], width=0.6)
        plate = {"facecolor": "black", "edgecolor": "none", "pad": 2}
        heights = [f"{height:.2f}" for height in bars.values()]
        axes.bar_label(drawn, heights, label_type="center", color="white", bbox=plate)
        _ends(axes, trained, bare)
        axes.set(title=title, ylim=(0, 1.05))
    columns[0].set_ylabel("pairs in order")
    return describe(figure, kinds_in_words(panels, trained, bare))


def kinds_in_words(panels: Mapping[str, Mapping[str, float]], trained: float, bare: float) -> str:
    """The height of each bar, panel by panel."""
    told = [
        f"{title}: {joined([f'{kind} {rough(height)}' for kind, height in bars.items()])}"
        for title, bars in panels.items()
    ]
    return f"Bars, pairs in order. {'; '.join(told)}. Dotted: trained {rough(trained)}, frozen {rough(bare)}."


def _ends(axes: "Axes", trained: float, bare: float) -> None:
    """Lines at what the whole adapter and the frozen model reach."""
    for height, name in ((trained, "trained"), (bare, "frozen")):
        axes.axhline(height, color="black", linewidth=0.8, linestyle=":")
        axes.text(1.02, height, name, transform=axes.get_yaxis_transform(), va="center", fontsize=9)
