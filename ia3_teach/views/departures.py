"""How the entries of an adapter lie around 1: their distribution, and how few hold most of the departure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.course.lesson.reading import flat, share_of_departure
from ia3_teach.views.heat_map import colour_of
from ia3_teach.views.phrases import rough, span
from ia3_teach.views.style import beside, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DASHES = {"l_k": "-", "l_v": "--", "l_ff": "-."}  # so that curves upon each other are all seen


def plot_distribution(values: Mapping[str, Tensor]) -> "Figure":
    """A histogram of the entries per kind, all on one axis, with a line at 1."""
    low, high = flat(values).min().item(), flat(values).max().item()
    figure, columns = beside(len(values), height=2.4)
    for axes, (kind, l) in zip(columns, values.items(), strict=True):
        axes.hist(l.flatten().numpy(), bins=51, range=(low, high), color=colour_of(kind))
        axes.axvline(1, color="black", linewidth=1)
        axes.set(title=kind, xlabel="factor (line: 1)")
    columns[0].set_ylabel("entries")
    kinds = [f"{kind} {span(l.flatten().tolist())}, {below(l)} below 1" for kind, l in values.items()]
    return describe(figure, f"Histograms of the factors. {'; '.join(kinds)}.")


def below(l: Tensor) -> str:
    """The share of the entries below 1.

    >>> below(torch.tensor([0.5, 1.0, 2.0, 3.0]))
    '≈ 25 %'
    """
    return f"{rough(100 * (l < 1).float().mean().item(), 0)} %"


def plot_concentration(values: Mapping[str, Tensor], quoted: Mapping[float, float], source: str) -> "Figure":
    """Share of the squared departure from 1 that the farthest x % of entries hold, per kind.

    `quoted` gives points {share of entries: share of departure} of other vectors, labelled `source`.
    """
    figure, axes = new_figure(width=7, height=3.2)
    for kind, l in values.items():
        shares = share_of_departure(l)
        percent = 100 * torch.arange(1, len(shares) + 1) / len(shares)
        axes.plot(percent, 100 * shares, DASHES.get(kind, "-"), color=colour_of(kind), label=kind)
    percents = [100 * share for share in quoted]
    held = [100 * share for share in quoted.values()]
    axes.plot(percents, held, "kD", markersize=5, label=source)
    axes.plot([0, 100], [0, 100], ":", color="grey", label="all equally far")
    axes.set(xlabel="entries, the farthest from 1 first: % of all", ylabel="departure in them: % of all")
    axes.legend(frameon=False)
    return describe(figure, concentration_in_words(values, quoted, source))


def concentration_in_words(values: Mapping[str, Tensor], quoted: Mapping[float, float], source: str) -> str:
    """What the farthest tenth of each kind holds, and the quoted points."""
    tenths = [
        f"{kind} {rough(100 * share_of_departure(l)[max(0, l.numel() // 10 - 1)].item(), 0)} %"
        for kind, l in values.items()
    ]
    points = [f"{100 * share:g} % hold {100 * held:g} %" for share, held in quoted.items()]
    return (
        "Share of the squared departure over the share of the entries, the farthest first. "
        f"The farthest tenth holds, of {'; of '.join(tenths)}. {source}: {', '.join(points)}."
    )
