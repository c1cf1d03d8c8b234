"""Planted vectors: what training found of them, and how much each entry mattered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from ia3_teach.views.heat_map import colour_of
from ia3_teach.views.style import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEAD = {"color": "black", "marker": "x", "s": 16, "linewidth": 0.9}


def plot_recovery(
    planted: Mapping[str, Tensor], recovered: Mapping[str, Tensor], dead: Mapping[str, Tensor]
) -> "Figure":
    """A panel per kind, a dot per entry: planted across, recovered up; on the line what came back.

    `dead` marks, with crosses, the entries that nothing depends on. All shapes alike, per kind.
    """
    figure, panels = new_figure(width=2.5 * len(planted), height=2.7, columns=len(planted))
    low = min(l.min().item() for l in planted.values()) - 0.05
    high = max(l.max().item() for l in planted.values()) + 0.05
    for axes, kind in zip(panels, planted, strict=True):
        x, y, gone = planted[kind], recovered[kind], dead[kind]
        axes.plot([low, high], [low, high], color="grey", linewidth=0.8)
        axes.axhline(1, color="grey", linewidth=0.8, linestyle=":")
        axes.scatter(x[~gone], y[~gone], s=6, alpha=0.6, color=colour_of(kind), label="entry")
        axes.scatter(x[gone], y[gone], label="dead", **DEAD)
        axes.set(title=kind, xlabel="planted", xlim=(low, high), ylim=(low, high))
    panels[0].set_ylabel("recovered")
    panels[-1].legend(fontsize=9, frameon=False, loc="upper left", handletextpad=0.2)
    return figure


def plot_error_by_weight(weight: Mapping[str, Tensor], error: Mapping[str, Tensor]) -> "Figure":
    """A panel per kind, a dot per entry: how much it matters across, how far it is off up, logarithmic."""
    from matplotlib.ticker import NullFormatter

    figure, panels = new_figure(width=2.5 * len(weight), height=2.6, columns=len(weight))
    for axes, kind in zip(panels, weight, strict=True):
        axes.scatter(weight[kind], error[kind], s=6, alpha=0.5, color=colour_of(kind))
        axes.set(title=kind, xscale="log", yscale="log", xlabel="what it moves")
        axes.xaxis.set_minor_formatter(NullFormatter())
    for axis in "xy":
        lows, highs = zip(*(getattr(axes, f"get_{axis}lim")() for axes in panels), strict=True)
        for axes in panels:
            axes.set(**{f"{axis}lim": (min(lows), max(highs))})
    panels[0].set_ylabel("|recovered - planted|")
    return figure
