"""Pictures of the causal check: what resetting entries to 1 does to accuracy, against a control."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from ia3_teach.views.heat_map import colour_of
from ia3_teach.views.style import log2_scale, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TOP, RANDOM, BOTTOM = "#d95f02", "#7f7f7f", "#2b74b8"


def plot_ablation(
    shares: Sequence[float], top: Sequence[float], bottom: Sequence[float],
    random: Sequence[Sequence[float]], trained: float, bare: float,
) -> "Figure":  # fmt: skip
    """Accuracy against the share of entries reset to 1: the farthest, the nearest, and random ones as a band.

    `random` holds one list per draw, each as long as `shares`; `trained` and `bare` are the ends.
    """
    percents = [100 * share for share in shares]
    per_share = list(zip(*random, strict=True))
    low, high = [min(draws) for draws in per_share], [max(draws) for draws in per_share]
    figure, axes = new_figure(width=6, height=3.2)
    axes.fill_between(percents, low, high, color=RANDOM, alpha=0.35, label=f"random ({len(random)} draws)")
    axes.plot(percents, top, color=TOP, marker="o", label="farthest from 1")
    axes.plot(percents, bottom, color=BOTTOM, marker="s", linestyle="--", label="nearest to 1")
    _ends(axes, trained, bare)
    axes.set(xlabel="% of entries reset to 1 (log scale)", ylabel="accuracy", ylim=(0.4, 1.02), xscale="log")
    axes.set_xticks(percents, [f"{percent:g}" for percent in percents])
    axes.minorticks_off()
    axes.legend(fontsize=9, loc="lower left")
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
    """Each entry as a dot: log2 of it in one adapter against log2 of it in the other."""
    figure, axes = new_figure(width=3.6, height=3.4)
    axes.axhline(0, color="grey", linewidth=0.8)
    axes.axvline(0, color="grey", linewidth=0.8)
    dots = log2_scale(one.flatten()), log2_scale(other.flatten())
    axes.scatter(*dots, s=5, alpha=0.4, color=colour_of(kind))
    axes.set(xlabel=f"log2 {kind}, {names[0]}", ylabel=f"log2 {kind}, {names[1]}")
    return figure


def _ends(axes: "Axes", trained: float, bare: float) -> None:
    """Lines at the accuracy of the whole adapter and of the frozen model."""
    for height, name in ((trained, "trained"), (bare, "frozen")):
        axes.axhline(height, color="black", linewidth=0.8, linestyle=":")
        axes.text(1.02, height, name, transform=axes.get_yaxis_transform(), va="center", fontsize=9)
