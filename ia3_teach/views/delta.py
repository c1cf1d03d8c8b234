"""Pictures of ΔW, the change that an adapter makes to a weight: the matrix, and its singular values."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.views.curves import finish, line_style
from ia3_teach.views.style import heat, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_deltas(deltas: Mapping[str, Tensor], corner: int = 48) -> "Figure":
    """The upper left corner of each matrix: blue below 0, white 0, orange above; each has its own limit."""
    figure, _ = new_figure(height=2.9, columns=len(deltas))
    panels = list(figure.axes)
    for axes, (name, delta) in zip(panels, deltas.items(), strict=True):
        part = delta.detach()[:corner, :corner].float()
        limit = part.abs().max().item() or 1.0
        image = heat(axes, part, limit)
        figure.colorbar(image, ax=axes, ticks=[-limit, 0, limit], format="%.2g")
        axes.set_title(name)
        axes.set_xlabel("input channel")
    panels[0].set_ylabel("output channel")
    return figure


def plot_spectra(deltas: Mapping[str, Tensor], floor: float = 1e-6) -> "Figure":
    """The singular values of each matrix relative to its largest; what lies below `floor` is rounding."""
    figure, axes = new_figure(height=2.8)
    for place, (name, delta) in enumerate(deltas.items()):
        sizes = torch.linalg.svdvals(delta.detach().double())
        kept = [size for size in (sizes / sizes.max()).tolist() if size > floor]
        label = f"{name}: rank {len(kept)}"
        look = line_style(name, place) | ({"marker": ""} if len(kept) > 16 else {})
        axes.plot(range(1, len(kept) + 1), kept, label=label, markersize=4, **look)
    axes.set_yscale("log")
    finish(axes, "number of the singular value", "relative to the largest", "")
    return figure


def smallest_cosine(rows: Tensor, others: Tensor) -> float:
    """The smallest |cosine| between a row and the row of the same number; rows of zeros are left out.

    >>> round(smallest_cosine(torch.tensor([[1.0, 2.0]]), torch.tensor([[-2.0, -4.0]])), 4)
    1.0
    """
    cosine = torch.nn.functional.cosine_similarity(rows.detach(), others.detach(), dim=-1).abs()
    return cosine[rows.detach().abs().sum(-1) > 0].min().item()
