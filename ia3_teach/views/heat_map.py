"""Pictures of an adapter's vectors: the heat map, their distribution and concentration."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.course.lesson.reading import flat, share_of_departure
from ia3_teach.views.style import (
    QKV_COLOURS,
    heat,
    log2_scale,
    new_figure,
    scale_bar,
    stacked,
    symmetric_limit,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def colour_of(kind: str) -> str:
    """The colour of l_k, l_v or l_ff; black for another name.

    >>> colour_of("l_k") == QKV_COLOURS["k"]
    True
    """
    return QKV_COLOURS.get(kind.removeprefix("l_"), "black")


def plot_vectors(values: Mapping[str, Tensor], limit: float | None = None, title: str = "") -> "Figure":
    """One heat map per kind, one below the other, layers down, channels across; one limit for all.

    Without a limit the colours end where 1 % of all entries lie beyond, so that a few outliers do not
    bleach the rest; black where l <= 0. Shapes: values {"l_k": (n_layers, d), ...}.

    >>> len(plot_vectors({"l_k": torch.ones(4, 8), "l_v": torch.ones(4, 8)}).axes)
    3
    """
    logs = {kind: log2_scale(l).cpu() for kind, l in values.items()}
    every = flat(logs)
    beyond = every[every.isfinite()].abs().quantile(0.99)
    limit = symmetric_limit(beyond[None]) if limit is None else limit
    figure, places = stacked(len(values), width=7, height=0.8 + 1.2 * len(values))
    for axes, (kind, matrix) in zip(places, logs.items(), strict=True):
        image = heat(axes, matrix, limit)
        axes.set(title=kind, ylabel="layer", yticks=range(len(matrix)))
    places[-1].set_xlabel("channel")
    scale_bar(figure, image, places, limit)
    figure.suptitle(title)
    return figure


def plot_distribution(values: Mapping[str, Tensor]) -> "Figure":
    """A histogram of the entries per kind, all on one axis, with a line at 1."""
    low, high = flat(values).min().item(), flat(values).max().item()
    figure, columns = new_figure(width=7, height=2.2, columns=len(values))
    for axes, (kind, l) in zip(columns, values.items(), strict=True):
        axes.hist(l.flatten().numpy(), bins=51, range=(low, high), color=colour_of(kind))
        axes.axvline(1, color="black", linewidth=1)
        axes.set(title=kind, xlabel="factor")
    columns[0].set_ylabel("entries")
    return figure


def plot_concentration(values: Mapping[str, Tensor], quoted: Mapping[float, float], source: str) -> "Figure":
    """Share of the squared departure from 1 that the farthest x % of entries hold, per kind.

    `quoted` gives points {share of entries: share of departure} of other vectors, labelled `source`.
    """
    figure, axes = new_figure(width=5.5, height=3.2)
    for kind, l in values.items():
        shares = share_of_departure(l)
        percent = 100 * torch.arange(1, len(shares) + 1) / len(shares)
        axes.plot(percent, 100 * shares, color=colour_of(kind), label=kind)
    percents = [100 * share for share in quoted]
    held = [100 * share for share in quoted.values()]
    axes.plot(percents, held, "kD", markersize=5, label=source)
    axes.plot([0, 100], [0, 100], ":", color="grey", label="all alike")
    axes.set(xlabel="the farthest ... % of entries", ylabel="hold ... % of the departure")
    axes.legend(fontsize=9)
    return figure
