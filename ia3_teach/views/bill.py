"""Pictures of what examples in context cost, beside a training that is paid once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from ia3_teach.annotated import numbers
from ia3_teach.course.lesson.costs import Cost, break_even
from ia3_teach.views.curves import finish
from ia3_teach.views.style import METHODS, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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


@numbers(most=1)
def plot_break_even(trained: tuple[str, Cost], others: Mapping[str, Cost], most: float = 1e5) -> "Figure":
    """What n predictions cost in all, both axes logarithmic; a dot where the trained one becomes cheaper."""
    figure, axes = new_figure(height=3.1)
    predictions = torch.logspace(0, torch.tensor(most).log10().item(), 200).tolist()
    name, cost = trained
    axes.plot(predictions, [cost.after(n) for n in predictions], label=name, color=METHODS["IA3"]["color"])
    for (other, dear), dashes in zip(others.items(), ("--", "-.", ":"), strict=False):
        line = [dear.after(n) for n in predictions]
        axes.plot(predictions, line, label=other, linestyle=dashes, color=METHODS["4-shot"]["color"])
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
