"""Pictures of examples in context: what they bring, what changes the answers, what they cost."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from ia3_teach.course.lesson.costs import Cost, break_even
from ia3_teach.views.curves import finish
from ia3_teach.views.levels import draw_level
from ia3_teach.views.phrases import rough, span
from ia3_teach.views.style import METHODS, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_IN_CONTEXT = {"color": METHODS["4-shot"]["color"]}


def median(values: Sequence[float]) -> float:
    """The middle value; between the two middle ones where their number is even.

    >>> median([0.1, 0.9, 0.2])
    0.2
    """
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


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


def plot_table(points: Mapping[str, tuple[float, float]]) -> "Figure":
    """Accuracy over FLOPs per prediction, {name: (flops, accuracy in %)}; trained models in IA3's colour."""
    figure, axes = new_figure(height=2.9)
    for name, (flops, accuracy) in points.items():
        kind = "IA3" if name.startswith("T-Few") else "zero-shot" if name.startswith("T0") else "4-shot"
        axes.plot(flops, accuracy, markersize=8, **METHODS[kind] | {"linestyle": ""})
        axes.annotate(name, (flops, accuracy), (8, 0), textcoords="offset points", va="center")
    axes.set_xscale("log")
    axes.set_xlim(5e11, 1.5e16)
    axes.margins(y=0.15)
    axes.set_xlabel("FLOPs per prediction")
    axes.set_ylabel("mean accuracy in %")
    axes.grid(alpha=0.3)
    told = "; ".join(f"{name}: {flops:.1e} FLOPs, {right:g} %" for name, (flops, right) in points.items())
    best = max(points, key=lambda name: points[name][1])
    return describe(figure, f"Accuracy over FLOPs per prediction. {told}. The highest is {best}.")


def plot_break_even(trained: tuple[str, Cost], others: Mapping[str, Cost], most: float = 1e5) -> "Figure":
    """What n predictions cost in all, both axes logarithmic; a dot where the trained one becomes cheaper."""
    figure, axes = new_figure(height=3.1)
    predictions = torch.logspace(0, torch.tensor(most).log10().item(), 200).tolist()
    name, cost = trained
    axes.plot(predictions, [cost.after(n) for n in predictions], label=name, color=METHODS["IA3"]["color"])
    for (other, dear), dashes in zip(others.items(), ("--", "-.", ":"), strict=False):
        line = [dear.after(n) for n in predictions]
        axes.plot(predictions, line, label=other, linestyle=dashes, **_IN_CONTEXT)
        _mark(axes, break_even(cost, dear), cost)
    axes.set_xscale("log")
    axes.set_yscale("log")
    finish(axes, "number of predictions", "FLOPs in all", "")
    told = "; ".join(f"{other}, after {break_even(cost, dear):,}" for other, dear in others.items())
    return describe(
        figure, f"FLOPs in all over the number of predictions. {name} has cost less than: {told}."
    )


def _mark(axes: "Axes", n: int, cost: Cost) -> None:
    """A dot with its number at the n-th prediction."""
    axes.plot(n, cost.after(n), "o", color="black", markersize=5)
    axes.annotate(f"{n:,}", (n, cost.after(n)), (6, -11), textcoords="offset points")
