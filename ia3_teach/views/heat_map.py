"""The heat map of an adapter's vectors, and the colours of their kinds."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.course.lesson.reading import flat
from ia3_teach.views.scale import range_and_colours
from ia3_teach.views.style import (
    QKV_COLOURS,
    describe,
    heat,
    log2_scale,
    scale_bar,
    some_of,
    stacked,
    symmetric_limit,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_TICKS = 8  # rows that are named; of many rows every second, third, ...


def colour_of(kind: str) -> str:
    """The colour of l_k, l_v or l_ff; black for another name.

    >>> colour_of("l_k") == QKV_COLOURS["k"]
    True
    """
    return QKV_COLOURS.get(kind.removeprefix("l_"), "black")


@numbers()
def plot_vectors(values: Mapping[str, Tensor], limit: float | None = None, title: str = "") -> "Figure":
    """One heat map per kind, one below the other, layers down, channels across; one limit for all.

    Without a limit the colours end where 1 % of all entries lie beyond, so that a few outliers do not
    bleach the rest; black where l <= 0. Shapes: values {"l_k": (n_layers, d), ...}; of layers with experts
    (n_layers, n_experts, d), a row for each expert.

    >>> import torch
    >>> len(plot_vectors({"l_k": torch.ones(4, 8), "l_v": torch.ones(4, 8)}).axes)
    3
    """
    logs = {kind: log2_scale(l).cpu() for kind, l in values.items()}
    every = flat(logs)
    farthest = every[every.isfinite()].abs().quantile(0.99)
    limit = symmetric_limit(farthest[None]) if limit is None else limit
    figure, places = stacked(len(values), width=7, height=0.8 + 1.2 * len(values))
    for axes, (kind, matrix) in zip(places, logs.items(), strict=True):
        rows = matrix.flatten(0, -2)
        image = heat(axes, rows, limit)
        ticks = some_of(len(rows), MOST_TICKS)
        axes.set(title=kind, ylabel="layer" if matrix.dim() == 2 else "expert", yticks=ticks)
    places[-1].set_xlabel("channel")
    scale_bar(figure, image, places, limit)
    figure.suptitle(title)
    return describe(figure, vectors_in_words(values, title))


def vectors_in_words(values: Mapping[str, Tensor], title: str) -> str:
    """Of each kind its size, how far its factors reach, and the shares of its colours."""
    opening = f"{title}. " if title else ""
    kinds = [
        f"{kind}, {len(l)} layers{'' if l.dim() == 2 else f' of {l.shape[1]} experts'} "
        f"by {l.shape[-1]} channels: {range_and_colours(l.flatten())}"
        for kind, l in values.items()
    ]
    return f"{opening}Heat maps, one below the other. {'; '.join(kinds)}."
