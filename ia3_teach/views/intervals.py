"""Differences with their intervals: a mark at each mean, a bar over what the draws leave open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ia3_teach.views.levels import draw_upright_level
from ia3_teach.views.phrases import rough
from ia3_teach.views.style import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLEAR, OPEN, OTHERS = "#d95f02", "#777777", "#000000"


@dataclass(frozen=True)
class Difference:
    """A mean difference and the ends of its interval, in points of accuracy; `quoted`: the same elsewhere."""

    mean: float
    low: float
    high: float
    quoted: float | None = None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves 0 out.

        >>> Difference(1.0, 0.2, 1.8).clear, Difference(1.0, -0.2, 2.2).clear
        (True, False)
        """
        return self.low > 0 or self.high < 0


def plot_intervals(differences: Mapping[str, Difference], label: str, source: str = "") -> Figure:
    """A line for each difference: filled where its interval leaves 0 out, hollow where it does not.

    `label` names the axis, `source` whose the quoted values are, which are diamonds.
    """
    figure, axes = new_figure(height=1.3 + 0.36 * len(differences))
    for place, each in enumerate(differences.values()):
        colour = CLEAR if each.clear else OPEN
        axes.hlines(place, each.low, each.high, color=colour, linewidth=3, alpha=0.6)
        axes.plot(each.mean, place, "o", color=colour, markerfacecolor=colour if each.clear else "white")
        if each.quoted is not None:
            axes.plot(each.quoted, place, "D", color=OTHERS, markersize=5)
    draw_upright_level(axes, 0, "no difference")
    axes.plot([], [], "o", color=CLEAR, label="interval leaves 0 out")
    axes.plot([], [], "o", color=OPEN, markerfacecolor="white", label="interval holds 0")
    if any(each.quoted is not None for each in differences.values()):
        axes.plot([], [], "D", color=OTHERS, markersize=5, label=source)
    axes.set_yticks(range(len(differences)), list(differences))
    axes.set_ylim(len(differences) - 0.5, -0.5)
    axes.set_xlabel(label)
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    told = "; ".join(in_words(name, each, source) for name, each in differences.items())
    return describe(figure, f"{label[0].upper()}{label[1:]}: {told}.")


def in_words(name: str, each: Difference, source: str = "") -> str:
    """A difference, its interval, and whether this holds 0.

    >>> in_words("LoRA", Difference(1.0, -0.2, 2.2))
    'LoRA ≈ 1.0, between ≈ -0.2 and ≈ 2.2, which holds 0'
    """
    ends = f"between {rough(each.low, 1)} and {rough(each.high, 1)}"
    open_or_not = "which leaves 0 out" if each.clear else "which holds 0"
    quoted = "" if each.quoted is None else f", {source} {each.quoted:g}"
    return f"{name} {rough(each.mean, 1)}, {ends}, {open_or_not}{quoted}"
