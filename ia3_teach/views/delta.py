"""Pictures of ΔW, the change that an adapter makes to a weight: the matrix, and its singular values."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.views.curves import draw_lines, finish, line_style, log_ticks
from ia3_teach.views.levels import draw_level
from ia3_teach.views.phrases import about, joined, rough, trend
from ia3_teach.views.style import METHODS, describe, heat, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


ROUNDING = 1e-6  # a singular value below this share of the largest is none


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
    figure.supxlabel("each matrix has a colour scale of its own", fontsize=9, color="0.35")
    told = "; ".join(f"{name}: {matrix_in_words(delta.detach())}" for name, delta in deltas.items())
    return describe(figure, f"Heat maps of matrices, at most their first {corner} rows and columns. {told}.")


def matrix_in_words(matrix: Tensor) -> str:
    """Size, rank, largest entry, and how few or many of the entries are not 0.

    >>> matrix_in_words(torch.eye(4))
    '4 by 4, rank ≈ 4, entries up to ± ≈ 1.0, ≈ 25 % of them not 0'
    """
    rank = torch.linalg.matrix_rank(matrix.double(), rtol=ROUNDING).item()
    filled = 100 * (matrix != 0).double().mean().item()
    rows, columns = matrix.shape
    largest = about(matrix.abs().max().item())
    return (
        f"{rows} by {columns}, rank ≈ {rank}, entries up to ± {largest}, {rough(filled, 0)} % of them not 0"
    )


def plot_spectra(deltas: Mapping[str, Tensor], floor: float = ROUNDING) -> "Figure":
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
    told = "; ".join(f"{name}: {spectrum_in_words(delta, floor)}" for name, delta in deltas.items())
    return describe(figure, f"Singular values, and how much of the squared norm they hold. {told}.")


def spectrum_in_words(delta: Tensor, floor: float) -> str:
    """The rank, what the first direction holds, and how many directions hold 90 %.

    >>> spectrum_in_words(torch.diag(torch.tensor([3.0, 1.0, 0.0])), 1e-6)
    'rank ≈ 2, the first direction holds ≈ 90 %, and 90 % take ≈ 1'
    """
    sizes = torch.linalg.svdvals(delta.detach().double())
    rank = (sizes > floor * sizes.max()).sum().item()
    first = rough(100 * shares(delta)[0], 0)
    return f"rank ≈ {rank}, the first direction holds {first} %, and 90 % take ≈ {directions(delta)}"


def directions(delta: Tensor, share: float = 0.9) -> int:
    """How many singular values hold this share of the squared norm."""
    return 1 + sum(held < share - ROUNDING for held in shares(delta))


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
    draw_level(left, 0.5)
    left.set_ylim(0.4, 1.02)
    enough = [directions(delta) for delta in deltas]
    draw_lines(right, ranks, {"LoRA": enough})
    right.plot(ranks, ranks, color="0.4", linestyle=":", label="all r directions")
    for axes, label in ((left, "validation accuracy"), (right, "directions with 90 % of ΔW")):
        log_ticks(axes, ranks)
        finish(axes, "rank r", label, "")
    used = joined([f"≈ {count}" for count in enough])
    return describe(
        figure,
        f"Over LoRA's ranks {joined([*map(str, ranks)])}: the validation accuracy {trend(scores)}, with "
        f"IA3's, {about(level)}, as a dotted level; the directions that hold 90 % of the change are {used}.",
    )


def smallest_cosine(rows: Tensor, others: Tensor) -> float:
    """The smallest |cosine| between a row and the row of the same number; rows of zeros are left out.

    >>> round(smallest_cosine(torch.tensor([[1.0, 2.0]]), torch.tensor([[-2.0, -4.0]])), 4)
    1.0
    """
    cosine = torch.nn.functional.cosine_similarity(rows.detach(), others.detach(), dim=-1).abs()
    return cosine[rows.detach().abs().sum(-1) > 0].min().item()
