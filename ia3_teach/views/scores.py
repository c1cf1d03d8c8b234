"""Pictures of accuracies: bars side by side, and the scatter of several draws."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from ia3_teach.annotated import numbers
from ia3_teach.views.curves import line_style
from ia3_teach.views.levels import draw_level
from ia3_teach.views.phrases import joined, rough
from ia3_teach.views.style import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@numbers()
def plot_bars(bars: Mapping[str, float], label: str, level: float | None = None) -> "Figure":
    """Accuracies side by side, written on the bars; a name that begins with a method has its colour."""
    figure, axes = new_figure(width=5.5, height=2.6)
    colours = [line_style(name, 2)["color"] if name[0].isupper() else "#a8a8a8" for name in bars]
    drawn = axes.bar(list(bars), list(bars.values()), width=0.6, color=colours)
    axes.bar_label(drawn, [f"{value:.2f}" for value in bars.values()], padding=2)
    if level is not None:
        draw_level(axes, level)
    axes.set_ylim(0, 1.1)
    axes.set_ylabel(label)
    told = joined([f"{name} {rough(value)}" for name, value in bars.items()])
    dotted = f" A dotted line marks chance, {level:g}." if level is not None else ""
    return describe(figure, f"Bars of {label}: {told}.{dotted}")


def plot_draws(draws: Mapping[str, Sequence[float]], label: str, level: float | None = None) -> "Figure":
    """The results of several draws of the examples: one column per method, the median written beside."""
    figure, axes = new_figure(width=5.5, height=2.8)
    for place, (name, values) in enumerate(draws.items()):
        look = line_style(name, place) | {"linestyle": ""}
        axes.plot([place] * len(values), values, alpha=0.6, markersize=6, **look)
        middle = torch.tensor(values).quantile(0.5).item()
        axes.plot([place - 0.2, place + 0.2], [middle, middle], color=look["color"], linewidth=2)
        axes.text(place + 0.24, middle, f"{middle:.2f}", va="center")
    if level is not None:
        draw_level(axes, level)
    axes.set_xticks(range(len(draws)), list(draws))
    axes.set_xlim(-0.5, len(draws) - 0.3)
    axes.set_ylim(0.4, 1.02)
    axes.set_ylabel(label)
    return figure
