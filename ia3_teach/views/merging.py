"""The merge microscope: a weight before and after a vector was folded in."""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ia3_teach.views.phrases import about, span
from ia3_teach.views.style import describe, heat, log2_scale, new_figure, symmetric_limit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WRITTEN = 6  # a weight with at most so many rows and columns has its numbers written in
STRONGER = 4  # in a larger one the difference is small beside the weight, and is drawn so much stronger


def plot_microscope(weight: Tensor, l: Tensor, merged: Tensor, side: str, title: str = "") -> "Figure":
    """W, l, W' and W' - W of one small weight or a window of a large one, W and W' with one limit.

    In a small weight the difference has it too; in a large one it is drawn stronger, as its title says.
    Shapes: weight and merged (d_out, d_in), a bias may stand in them as one more column;
    l (d_out,) on side "out", a column before W', or (d_in,) on side "in", a row above W'.
    """
    figure, panels = microscope_panels(side)
    limit = max(part.float().abs().max().item() for part in (weight, merged)) or 1.0
    change = merged.float() - weight.float()
    times = 1 if max(weight.shape) <= WRITTEN else STRONGER
    for name, values in {"W′ − W": change, "W": weight, "W′": merged}.items():
        own = limit / times if name == "W′ − W" else limit
        image = draw_entries(panels[name], values.detach().float(), values, own)
        panels[name].set_title(name)
    if times > 1:
        panels["W′ − W"].set_title(f"W′ − W, {times} × as strong")
    factors = l[:, None] if side == "out" else l[None]
    logarithms = log2_scale(factors)
    draw_entries(panels["l"], logarithms, factors, symmetric_limit(logarithms))
    figure.colorbar(image, cax=panels["bar"], ticks=[-limit, 0, limit], format="%.2g")
    panels["W"].set(xlabel="input", ylabel="output")
    figure.suptitle(title, fontsize=10)
    return describe(figure, merge_in_words(l, change, side, title))


def merge_in_words(l: Tensor, change: Tensor, side: str, title: str) -> str:
    """Which rows or columns the vector changes, and by how much."""
    lines, axis = ("rows", 1) if side == "out" else ("columns", 0)
    changed = (change != 0).any(dim=axis)
    largest = change.abs().max().item()
    return (
        f"{title}. W, l on the {side}put side, W′ and W′ − W. Factors {span(l.tolist())}; "
        f"of {len(changed)} {lines} {int(changed.sum())} change, by {about(largest)} at the most."
    )


def microscope_panels(side: str) -> tuple["Figure", dict[str, "Axes"]]:
    """Three equal squares for weights, a thin panel for the vector, and one for the colours."""
    figure, _ = new_figure(height=2.7 if side == "out" else 3.1)
    figure.clear()
    if side == "out":
        panels = figure.subplot_mosaic([["W", "l", "W′", "W′ − W", "bar"]], width_ratios=[8, 1, 8, 8, 0.4])
        panels["l"].set_title("l")
    else:
        places = [[".", "l", ".", "."], ["W", "W′", "W′ − W", "bar"]]
        panels = figure.subplot_mosaic(places, width_ratios=[8, 8, 8, 0.4], height_ratios=[1, 8])
        panels["l"].set_ylabel("l", rotation=0, va="center", labelpad=8)
    shapes = {"l": 8.0 if side == "out" else 1 / 8, "bar": 20.0}
    for name, axes in panels.items():
        axes.set_box_aspect(shapes.get(name, 1.0))
    return figure, panels


def draw_entries(axes: "Axes", shown: Tensor, values: Tensor, limit: float) -> Any:
    """The colours of `shown`, with the numbers of `values` written in where they can be read."""
    image = heat(axes, shown, limit)
    write_entries(axes, values, shown, limit)
    axes.set(xticks=[], yticks=[])
    return image


def write_entries(axes: "Axes", values: Tensor, shown: Tensor, limit: float) -> None:
    """The numbers themselves, where there are few enough to be read."""
    if max(values.shape) > WRITTEN:
        return
    for row, column in torch.cartesian_prod(*map(torch.arange, values.shape)).tolist():
        dark = not abs(shown[row, column].item()) < 0.6 * limit
        axes.text(
            column, row, f"{values[row, column].item():.3g}", ha="center", va="center",
            color="white" if dark else "black",
        )  # fmt: skip
