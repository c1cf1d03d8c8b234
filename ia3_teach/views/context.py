"""Pictures of examples in context: what they bring, and what changes the answers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ia3_teach.annotated import numbers
from ia3_teach.views.levels import draw_level
from ia3_teach.views.phrases import rough, span
from ia3_teach.views.style import METHODS, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_IN_CONTEXT = {"color": METHODS["4-shot"]["color"]}


def median(values: Sequence[float]) -> float:
    """The middle value; between the two middle ones where their number is even.

    >>> median([0.1, 0.9, 0.2])
    0.2
    """
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


@numbers()
def plot_shots(
    draws: Mapping[int, Sequence[float]], trained: Sequence[float], level: float = 0.5
) -> "Figure":
    """Accuracy by the number of examples in context, every draw a dot; IA3 trained on 32 as line and band."""
    figure, axes = new_figure(height=3.2)
    for number, values in draws.items():
        axes.plot([number] * len(values), values, "D", alpha=0.5, markersize=5, **_IN_CONTEXT)
    middles = [median(values) for values in draws.values()]
    axes.plot(
        list(draws), middles, label="examples in context (diamonds: draws, line: median)", **_IN_CONTEXT
    )
    colour = METHODS["IA3"]["color"]
    axes.axhline(median(trained), color=colour, label="IA3 trained on 32 examples (line: median)")
    axes.axhspan(
        min(trained), max(trained), color=colour, alpha=0.2, linewidth=0, label="IA3, between its draws"
    )
    draw_level(axes, level)
    axes.set_xticks(list(draws))
    axes.set_ylim(0.35, 1.02)
    axes.set(xlabel="examples in the prompt", ylabel="accuracy")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    told = "; ".join(f"{number}: {span(values)}" for number, values in draws.items())
    return describe(
        figure,
        f"Accuracy by the number of examples in the prompt, {told}. IA3 trained on 32 examples, none in the "
        f"prompt: {span(trained)}. Chance: {level:g}.",
    )


@numbers()
def plot_turned(pairs: Mapping[str, tuple[Sequence[float], Sequence[float]]], level: float = 0.5) -> "Figure":
    """{method: (accuracies with right labels, with turned labels)}: a mark per draw, bars at medians."""
    figure, axes = new_figure(width=5.5, height=2.8)
    names = [f"{method}\n{labels} labels" for method in pairs for labels in ("right", "turned")]
    for method, pair in pairs.items():
        for values in pair:
            place, look = len(axes.patches), METHODS[method] | {"linestyle": ""}
            axes.bar(place, median(values), width=0.6, color=look["color"], alpha=0.35)
            axes.plot([place] * len(values), values, markersize=5, alpha=0.8, **look)
            axes.text(place, max(values) + 0.04, f"{median(values):.2f}", ha="center")
    draw_level(axes, level)
    axes.set_xticks(range(len(names)), names)
    axes.set_ylim(0, 1.1)
    axes.set_ylabel("accuracy")
    told = "; ".join(
        f"{method}, {rough(median(right))} with right labels, {rough(median(turned))} with turned ones"
        for method, (right, turned) in pairs.items()
    )
    return describe(
        figure, f"Median accuracies with right and with turned labels: {told}. Chance: {level:g}."
    )


def plot_changes(changes: Mapping[str, Sequence[float]]) -> "Figure":
    """The share of answers that change with the prompt, in %, one line of dots per kind of change."""
    figure, axes = new_figure(height=1.0 + 0.4 * len(changes))
    for place, values in enumerate(changes.values()):
        shares = [100 * value for value in values]
        axes.plot(shares, [place] * len(shares), "D", alpha=0.5, markersize=6, **_IN_CONTEXT)
        axes.plot([median(shares)] * 2, [place - 0.25, place + 0.25], linewidth=2, **_IN_CONTEXT)
    axes.set_yticks(range(len(changes)), list(changes))
    axes.set_ylim(len(changes) - 0.5, -0.5)
    axes.set_xlim(left=-0.5)
    axes.set_xlabel("% of the answers that change (one diamond per draw, line: median)")
    axes.grid(axis="x", alpha=0.3)
    told = "; ".join(
        f"{change}: {span([100 * share for share in shares], 0)} %" for change, shares in changes.items()
    )
    return describe(figure, f"The share of answers that change, over the draws. {told}.")
