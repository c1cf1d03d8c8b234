"""The picture of a vector, or of one vector per layer, as rows of coloured factors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.views.phrases import ROUNDING, shares_of_colours, span, times
from ia3_teach.views.style import describe, heat, log2_scale, new_figure, scale_bar, symmetric_limit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@numbers()
def plot_scale(
    vector: Tensor, title: str = "", limit: float | None = None, row_names: list[str] | None = None
) -> "Figure":
    """Heat rows of a vector (d,) or of one vector per layer (n_layers, d); black where <= 0.

    `limit` is in factors of two; give two pictures the same limit to compare them.
    """
    values = log2_scale(torch.atleast_2d(vector)).cpu()
    limit = symmetric_limit(values) if limit is None else limit
    figure, axes = new_figure(height=1.3 + 0.28 * len(values))
    scale_bar(figure, heat(axes, values, limit), axes, limit)
    axes.set_title(title)
    axes.set_xlabel("channel")
    default = [f"layer {row}" for row in range(len(values))] if len(values) > 1 else []
    names = row_names or default
    axes.set_yticks(range(len(names)), names)
    if values.shape[1] <= 32:
        axes.set_xticks(range(values.shape[1]))
    if values.shape[1] <= 12:
        write_factors(axes, values, limit)
    return describe(figure, scale_in_words(torch.atleast_2d(vector.detach()), limit, title, names))


def scale_in_words(rows: Tensor, limit: float, title: str, names: Sequence[str]) -> str:
    """Small vectors entry by entry; of each row of large ones its range and the shares of its colours."""
    size = f"{len(rows)} row{'s' if len(rows) > 1 else ''} by {rows.shape[1]} channels"
    told = times if rows.numel() <= 16 else range_and_colours
    labels = names or [""] * len(rows)
    parts = [f"{label}: {told(row)}" if label else told(row) for label, row in zip(labels, rows, strict=True)]
    ends = f"Colours end at × {2**-limit:.2g} and × {2**limit:.2g}"
    return f"Heat map, {size}. {title}{': ' if title else ''}{'; '.join(parts)}. {ends}."


def range_and_colours(row: Tensor) -> str:
    """How far a row's factors reach, and the shares of its colours.

    >>> range_and_colours(torch.ones(9))
    'white ≈ 100 %'
    """
    reach = "" if (row - 1).abs().max() < ROUNDING else f"× {span(row.tolist())}, "
    return reach + shares_of_colours(row)


def write_factors(axes: "Axes", values: Tensor, limit: float) -> None:
    """Put the factor itself into each square; `values` are log2 factors."""
    for row, column in torch.cartesian_prod(*map(torch.arange, values.shape)).tolist():
        value = values[row, column].item()
        dark = not abs(value) < 0.6 * limit  # NaN, a black square, counts as dark
        text = "≤ 0" if value != value else f"× {2**value:.2g}"
        axes.text(column, row, text, ha="center", va="center", color="white" if dark else "black")
