"""Pictures of how many directions a change of a weight has, and how strong each is."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.views.curves import draw_lines, finish, line_style, log_ticks
from ia3_teach.views.delta import ROUNDING
from ia3_teach.views.levels import draw_level
from ia3_teach.views.phrases import about, joined, rough, trend
from ia3_teach.views.style import METHODS, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@numbers()
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


@numbers()
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
