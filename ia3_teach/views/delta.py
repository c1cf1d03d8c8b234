"""Pictures of ΔW, the change that an adapter makes to a weight: the matrix, and its singular values."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.views.curves import draw_lines, finish, line_style, log_ticks
from ia3_teach.views.style import METHODS, heat, new_figure

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
    """Left: the singular values relative to the largest; right: the share of the squared norm in the first k.

    What lies below `floor` is rounding, and is not drawn.
    """
    figure, (left, right) = new_figure(height=2.9, columns=2)
    for place, (name, delta) in enumerate(deltas.items()):
        sizes = torch.linalg.svdvals(delta.detach().double())
        kept = sizes[sizes > floor * sizes.max()]
        number = range(1, len(kept) + 1)
        look = line_style(name, place) | ({"marker": ""} if len(kept) > 16 else {})
        left.plot(number, (kept / kept[0]).tolist(), label=f"{name}: rank {len(kept)}", markersize=4, **look)
        right.plot(number, shares(delta)[: len(kept)], label=name, markersize=4, **look)
    left.set_yscale("log")
    right.set_ylim(0, 1.05)
    powers = [2**power for power in range(0, len(sizes).bit_length(), 2)]
    for axes in (left, right):
        log_ticks(axes, powers)
    finish(left, "number of the singular value", "relative to the largest", "")
    finish(right, "first k singular values", "share of the squared norm", "")
    right.get_legend().remove()
    return figure


def shares(delta: Tensor) -> list[float]:
    """The share of the squared norm that the first k singular values hold, for k = 1, 2, ...

    >>> shares(torch.diag(torch.tensor([3.0, 1.0])))
    [0.9, 1.0]
    """
    squares = torch.linalg.svdvals(delta.detach().double()) ** 2
    return (squares.cumsum(0) / squares.sum()).tolist()


def plot_ranks(
    ranks: Sequence[int], scores: Sequence[float], deltas: Sequence[Tensor], level: float
) -> "Figure":
    """Left: accuracy over LoRA's rank, IA3's as a dotted level. Right: how many directions hold 90 %."""
    figure, (left, right) = new_figure(height=2.8, columns=2)
    draw_lines(left, ranks, {"LoRA": scores})
    left.axhline(level, color=METHODS["IA3"]["color"], linestyle=":", label="IA3")
    left.set_ylim(0.4, 1.02)
    enough = [1 + sum(share < 0.9 for share in shares(delta)) for delta in deltas]
    draw_lines(right, ranks, {"LoRA": enough})
    right.plot(ranks, ranks, color="0.4", linestyle=":", label="all r directions")
    for axes, label in ((left, "validation accuracy"), (right, "directions with 90 % of ΔW")):
        log_ticks(axes, ranks)
        finish(axes, "rank r", label, "")
    return figure


def smallest_cosine(rows: Tensor, others: Tensor) -> float:
    """The smallest |cosine| between a row and the row of the same number; rows of zeros are left out.

    >>> round(smallest_cosine(torch.tensor([[1.0, 2.0]]), torch.tensor([[-2.0, -4.0]])), 4)
    1.0
    """
    cosine = torch.nn.functional.cosine_similarity(rows.detach(), others.detach(), dim=-1).abs()
    return cosine[rows.detach().abs().sum(-1) > 0].min().item()
