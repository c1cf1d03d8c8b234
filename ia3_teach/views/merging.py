"""Pictures of merging: a weight before and after, what division does not bring back, times, and sizes."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ia3_teach.views.curves import line_style
from ia3_teach.views.style import colour_map, heat, log2_scale, new_figure, symmetric_limit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BITS = 4.0  # from here on the colour of a lost bit no longer darkens


def plot_microscope(weight: Tensor, l: Tensor, merged: Tensor, side: str, title: str = "") -> "Figure":
    """W, l, W' and W' - W of one small weight or a window of a large one, all weights with one limit.

    Shapes: weight and merged (d_out, d_in), a bias may stand in them as one more column;
    l (d_out,) on side "out", a column before W', or (d_in,) on side "in", a row above W'.
    """
    figure, panels = microscope_panels(side)
    limit = max(part.float().abs().max().item() for part in (weight, merged)) or 1.0
    pictures = {"W": weight, "W′": merged, "W′ − W": merged.float() - weight.float()}
    for name, values in pictures.items():
        image = draw_entries(panels[name], values.detach().float(), values, limit)
        panels[name].set_title(name)
    factors = l[:, None] if side == "out" else l[None]
    logarithms = log2_scale(factors)
    draw_entries(panels["l"], logarithms, factors, symmetric_limit(logarithms))
    figure.colorbar(image, cax=panels["bar"], ticks=[-limit, 0, limit], format="%.2g")
    panels["W"].set(xlabel="input", ylabel="output")
    figure.suptitle(title, fontsize=10)
    return figure


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
    if max(values.shape) > 6:
        return
    for row, column in torch.cartesian_prod(*map(torch.arange, values.shape)).tolist():
        dark = not abs(shown[row, column].item()) < 0.6 * limit
        axes.text(
            column, row, f"{values[row, column].item():.3g}", ha="center", va="center",
            color="white" if dark else "black",
        )  # fmt: skip


def plot_lost_bits(losses: Mapping[str, Tensor], title: str = "") -> "Figure":
    """One map per name: white where a weight came back, orange by the bits it lost, black for NaN and inf.

    Shapes: each map (d_out, d_in), in bits, NaN where the result is no finite number.
    """
    figure, _ = new_figure(height=2.7, columns=len(losses))
    panels = list(figure.axes)
    for axes, (name, bits) in zip(panels, losses.items(), strict=True):
        image = axes.imshow(bits.numpy(), cmap=losses_map(), vmin=0, vmax=MOST_BITS, aspect="auto")
        axes.spines[["top", "right"]].set_visible(True)
        axes.set_title(f"{name}\n{100 * (bits != 0).float().mean().item():.0f} % not back")
        axes.set(xticks=[], yticks=[], xlabel="input")
    panels[0].set_ylabel("output")
    bar = figure.colorbar(image, ax=panels, label="bits lost", ticks=[0, MOST_BITS / 2, MOST_BITS])
    bar.ax.set_yticklabels(["0", f"{MOST_BITS / 2:.0f}", f"≥ {MOST_BITS:.0f}"])
    figure.suptitle(title, fontsize=10)
    return figure


def losses_map() -> Any:
    """The orange half of the course's colours, black for what is no number."""
    from matplotlib.colors import LinearSegmentedColormap

    half = [colour_map()(0.5 + step / 16) for step in range(9)]
    return LinearSegmentedColormap.from_list("lost", half).with_extremes(bad="black")


def plot_rounds(times: Mapping[str, Sequence[float]], label: str) -> "Figure":
    """One line per way: a dot for every round, a bar at the median, which is also written out."""
    figure, axes = new_figure(height=0.9 + 0.42 * len(times))
    for place, (name, values) in enumerate(times.items()):
        colour, middle = line_style(name, 2)["color"], median(values)
        axes.plot(values, [place] * len(values), "o", color=colour, alpha=0.35, markersize=5)
        axes.plot([middle, middle], [place - 0.3, place + 0.3], color=colour, linewidth=2.5)
        axes.annotate(f"{middle:.2f}", (1.01, place), xycoords=("axes fraction", "data"), va="center")
    axes.axvline(1, color="0.4", linestyle=":", linewidth=1)
    axes.set_yticks(range(len(times)), list(times))
    axes.set_ylim(len(times) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.set_xlabel(label)
    return figure


def plot_sizes(groups: Mapping[str, Mapping[str, float]], label: str, level: float | None = None) -> "Figure":
    """Positive quantities on a logarithmic axis: one line per group, one marker per name."""
    figure, axes = new_figure(height=1.3 + 0.4 * len(groups))
    for place, values in enumerate(groups.values()):
        axes.axhline(place, color="0.9", zorder=0)
        for number, (name, value) in enumerate(values.items()):
            beside = 0.1 * (number - (len(values) - 1) / 2)  # marks at one place stay apart
            axes.plot(value, place + beside, **mark(name, number), markersize=7, label=name)
    if level is not None:
        axes.axvline(level, color="0.4", linestyle=":", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks(range(len(groups)), list(groups))
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.set_xlabel(label)
    axes.grid(axis="x", alpha=0.3)
    handles, names = axes.get_legend_handles_labels()
    once = dict(zip(names, handles, strict=True))
    figure.legend(once.values(), once, loc="outside lower center", ncols=len(once), frameon=False)
    return figure


def mark(name: str, number: int) -> dict[str, str]:
    """A marker without a line: the method's where the name begins with one, else the next."""
    look = line_style(name, number + 1) | {"linestyle": ""}  # the first colour is that of IA3
    return look if look["marker"] else look | {"marker": "ovs^"[number % 4]}
