"""Accuracy over what a prediction costs: a line for each way to use examples, a mark for each number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ia3_teach.annotated import numbers
from ia3_teach.views.levels import draw_level
from ia3_teach.views.style import METHODS, describe, new_figure
from ia3_teach.wording import brief

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EMPTY = {"markerfacecolor": "white"}  # a way that differs from the one before it in its cost alone


@dataclass(frozen=True)
class Price:
    """What a prediction costs, the accuracy that it has, and what is written beside its mark."""

    cost: float
    accuracy: float
    label: str = ""


@numbers()
def plot_prices(
    ways: Mapping[str, Sequence[Price]], across: str = "FLOPs of a prediction", level: float | None = None
) -> Figure:
    """{way: its prices}; a way whose name begins with a method has that method's look, others have that of
    examples in context, filled and then empty.

    Raises ValueError for a way without a price.
    """
    for name, prices in ways.items():
        if not prices:
            raise ValueError(f"the way {brief(name)} has no price to be drawn at; leave it out")
    figure, axes = new_figure(height=3.2)
    for (name, prices), look in zip(ways.items(), looks(ways), strict=True):
        draw_way(axes, name, prices, look)
    if level is not None:
        draw_level(axes, level)
    axes.set(xscale="log", xlabel=across, ylabel="accuracy")
    axes.margins(x=0.1, y=0.12)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    told = "; ".join(f"{name}: {in_words(prices)}" for name, prices in ways.items())
    return describe(figure, f"Accuracy over {across}. {told}.")


def looks(ways: Mapping[str, Sequence[Price]]) -> list[dict[str, str]]:
    """The look of each way.

    >>> [look["marker"] for look in looks({"IA3, 32": [], "read anew": [], "read once": []})]
    ['o', 'D', 'D']
    """
    found: list[dict[str, str]] = []
    for name in ways:
        own = next((look for method, look in METHODS.items() if name.startswith(method)), None)
        in_context = METHODS["4-shot"] | (EMPTY if METHODS["4-shot"] in found else {})
        found.append(in_context if own is None else own)
    return found


def draw_way(axes: Axes, name: str, prices: Sequence[Price], look: Mapping[str, str]) -> None:
    """The marks of a way, joined, each with its label."""
    costs, accuracies = [price.cost for price in prices], [price.accuracy for price in prices]
    axes.plot(costs, accuracies, label=name, markersize=7, **look)
    for price in prices:
        axes.annotate(price.label, (price.cost, price.accuracy), (7, -9), textcoords="offset points")


def in_words(prices: Sequence[Price]) -> str:
    """What each mark says.

    >>> in_words([Price(8.13e9, 0.626), Price(1.6e11, 0.7, "16")])
    '8.1e+09 and 0.63, 16 at 1.6e+11 and 0.70'
    """
    names = [f"{price.label} at " if price.label else "" for price in prices]
    places = [f"{price.cost:.1e} and {price.accuracy:.2f}" for price in prices]
    return ", ".join(map(str.__add__, names, places))
