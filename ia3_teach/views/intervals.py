"""Differences with their intervals: a mark at each mean, a bar over what the draws leave open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ia3_teach.course.lesson.paired import Difference
from ia3_teach.views.levels import draw_upright_level
from ia3_teach.views.phrases import rough
from ia3_teach.views.style import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLEAR, OPEN, OTHERS = "#d95f02", "#777777", "#000000"


def plot_intervals(
    differences: Mapping[str, Difference], quoted: Mapping[str, float] | None = None, source: str = ""
) -> Figure:
    """A line for each difference of accuracies: filled where its interval leaves 0 out, hollow where not.

    `quoted` has what others measured, in points, drawn as diamonds; `source` says who.
    """
    quoted = quoted or {}
    figure, axes = new_figure(height=1.3 + 0.36 * len(differences))
    for place, (name, each) in enumerate(differences.items()):
        colour = CLEAR if each.sure else OPEN
        axes.hlines(place, 100 * each.low, 100 * each.high, color=colour, linewidth=3, alpha=0.6)
        filling = colour if each.sure else "white"
        axes.plot(100 * each.mean, place, "o", color=colour, markerfacecolor=filling)
        if name in quoted:
            axes.plot(quoted[name], place, "D", color=OTHERS, markersize=5)
    draw_upright_level(axes, 0, "no difference")
    axes.plot([], [], "o", color=CLEAR, label="interval leaves 0 out")
    axes.plot([], [], "o", color=OPEN, markerfacecolor="white", label="interval holds 0")
    if quoted:
        axes.plot([], [], "D", color=OTHERS, markersize=5, label=source)
    axes.set_yticks(range(len(differences)), list(differences))
    axes.set_ylim(len(differences) - 0.5, -0.5)
    axes.set_xlabel("difference in points of accuracy")
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    told = "; ".join(
        in_words(name, each) + (f", {source} {quoted[name]:g}" if name in quoted else "")
        for name, each in differences.items()
    )
    return describe(figure, f"Differences in points of accuracy. {told}.")


def in_words(name: str, each: Difference) -> str:
    """A difference, its interval, and whether this holds 0.

    >>> in_words("LoRA", Difference(0.01, -0.002, 0.022))
    'LoRA ≈ 1.0, between ≈ -0.2 and ≈ 2.2, which holds 0'
    """
    mean, low, high = (rough(100 * number, 1) for number in (each.mean, each.low, each.high))
    held = "which leaves 0 out" if each.sure else "which holds 0"
    return f"{' '.join(name.split())} {mean}, between {low} and {high}, {held}"
