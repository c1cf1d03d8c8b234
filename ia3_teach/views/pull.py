"""The same training without decay, and with decay towards 0 or 1: where the vectors end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.course.lesson.reading import flat
from ia3_teach.views.curves import finish
from ia3_teach.views.phrases import rough, shares_of_colours
from ia3_teach.views.style import describe, heat, log2_scale, new_figure, scale_bar, symmetric_limit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS = ({"color": "#404040", "linestyle": "-"}, {"color": "#2b74b8", "linestyle": "--"},
         {"color": "#b35900", "linestyle": "-."})  # fmt: skip
WIDTH = 0.7


def plot_pull(runs: Mapping[str, Mapping[str, Tensor]], kind: str = "l_v") -> "Figure":
    """Left: one heat map of `kind` per run, in one colour scale. Right: all entries of each run.

    Shapes: runs {name: {"l_k": (n_layers, d), ...}}; at most three runs.
    """
    figure, _ = new_figure(width=7, height=0.6 + 1.1 * len(runs))
    figure.clear()
    panels = figure.subplot_mosaic([[name, "entries"] for name in runs], width_ratios=[1.2, 1])
    logs = {name: log2_scale(values[kind]).cpu() for name, values in runs.items()}
    beyond = torch.cat([log.flatten() for log in logs.values()])
    limit = symmetric_limit(beyond[beyond.isfinite()].abs().quantile(0.99)[None])
    for name, log in logs.items():
        image = heat(panels[name], log, limit)
        panels[name].set(title=f"{kind}, {name}", ylabel="layer", yticks=range(len(log)))
    scale_bar(figure, image, [panels[name] for name in runs], limit)
    draw_entries(panels["entries"], runs)
    told = "; ".join(
        f"{name}: {shares_of_colours(values[kind])}, "
        f"the mean of all vectors {rough(flat(values).mean().item())}"
        for name, values in runs.items()
    )
    return describe(figure, f"Heat maps of {kind} and histograms of all entries. {told}.")


def draw_entries(axes: "Axes", runs: Mapping[str, Mapping[str, Tensor]]) -> None:
    """The outline of one histogram per run, and its mean as a line."""
    edges = torch.linspace(1 - WIDTH, 1 + WIDTH, 42).tolist()
    for (name, values), look in zip(runs.items(), LOOKS, strict=False):
        entries = flat(values)
        share = [100 / len(entries)] * len(entries)
        axes.hist(entries.tolist(), edges, weights=share, histtype="step", linewidth=1.6, label=name, **look)
        axes.axvline(entries.mean().item(), linewidth=1, **look)
    finish(axes, "entry of the vectors", "% of the entries", "all entries; lines: their means")
    below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.18), "ncols": len(runs)}
    axes.legend(frameon=False, columnspacing=0.8, handlelength=1.4, **below)  # inside it would hide a peak
