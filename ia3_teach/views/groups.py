"""Bars in groups: several measures, each of several models."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ia3_teach.views.style import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GREYS = ("#d0d0d0", "#8c8c8c", "#303030", "#b0b0b0")
HATCHES = ("", "//", "", "..")


def plot_groups(models: Mapping[str, Mapping[str, float]], label: str) -> "Figure":
    """One group of bars for each measure, in it one bar for each model: {model: {measure: share}}."""
    figure, axes = new_figure(height=2.8)
    measures = list(next(iter(models.values())))
    width = 0.8 / len(models)
    for place, (model, shares) in enumerate(models.items()):
        left = [group + (place - (len(models) - 1) / 2) * width for group in range(len(measures))]
        heights = [shares[measure] for measure in measures]
        look = {"color": GREYS[place % 4], "hatch": HATCHES[place % 4], "edgecolor": "white"}
        drawn = axes.bar(left, heights, width * 0.9, label=model, **look)
        axes.bar_label(drawn, [f"{height:.2f}" for height in heights], padding=2)
    axes.set_xticks(range(len(measures)), measures)
    axes.set_ylim(0, 1.12)
    axes.set_ylabel(label)
    axes.legend(frameon=False)
    return figure
