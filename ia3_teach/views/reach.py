"""How much of a change of a weight a matrix of low rank can say: ΔW, its closest of rank r, the rest."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.views.phrases import rough
from ia3_teach.views.spectra import shares
from ia3_teach.views.style import METHODS, describe, heat, new_figure
from ia3_teach.wording import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@numbers(rank=1, corner=1)
def plot_reach(delta: Tensor, rank: int, name: str = "ΔW", corner: int = 48) -> "Figure":
    """ΔW, the closest matrix of this rank, and the rest, in one scale; right, the share said by each rank.

    The closest in the squared norm keeps the first r singular values (Eckart and Young 1936).
    Shapes: (d_out, d_in).
    """
    closest = of_rank(delta, rank)
    parts = {name: delta, f"closest of rank {rank}": closest, "left over": delta - closest}
    figure, _ = new_figure(height=2.6)
    figure.clear()
    panels = figure.subplot_mosaic([[*parts, "said"]], width_ratios=[1, 1, 1, 1.15])
    limit = delta[:corner, :corner].abs().max().item() or 1.0
    for title, part in parts.items():
        heat(panels[title], part[:corner, :corner].float(), limit)
        panels[title].set(title=title, xticks=[], yticks=[], box_aspect=1)
    share = draw_said(panels["said"], delta, rank)
    figure.supxlabel(f"colours end at ± {limit:.2g}", fontsize=9, color="0.35", x=0.38)
    held = f"which holds {rough(100 * share, 0)} % of its squared norm"
    return describe(figure, f"{name} and the closest matrix of rank {rank}, {held}. {said_in_words(delta)}")


def draw_said(axes: "Axes", delta: Tensor, rank: int) -> float:
    """The share over the rank, with a cursor here; returns the share."""
    said = shares(delta)
    axes.plot(range(1, len(said) + 1), said, color=METHODS["LoRA"]["color"])
    axes.axvline(rank, color="black", linewidth=1)
    axes.plot([rank], [said[rank - 1]], "o", color="black", markersize=6)
    axes.set(xscale="log", xlabel="rank", ylim=(0, 1.05), title=f"share said: {said[rank - 1]:.0%}")
    axes.set_xticks([1, 10, 100], ["1", "10", "100"])
    axes.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    return said[rank - 1]


def said_in_words(delta: Tensor) -> str:
    """The share of the squared norm at a few ranks.

    >>> said_in_words(torch.eye(4))
    'Share said: rank 1 ≈ 25 %, rank 4 ≈ 100 %.'
    """
    said = shares(delta)
    told = [f"rank {rank} {rough(100 * said[rank - 1], 0)} %" for rank in (1, 4, 16, 64) if rank <= len(said)]
    return f"Share said: {', '.join(told)}."


@numbers(rank=1)
def of_rank(delta: Tensor, rank: int) -> Tensor:
    """The closest matrix of this rank, shape (d_out, d_in). Raises ValueError for a rank that it cannot have.

    >>> of_rank(torch.diag(torch.tensor([3.0, 1.0])), 1)
    tensor([[3., 0.],
            [0., 0.]])
    """
    if not 1 <= rank <= min(delta.shape):
        raise ValueError(
            f"a matrix of {short(tuple(delta.shape))} has ranks 1 to {short(min(delta.shape))}; "
            f"found {short(rank)}"
        )
    U, sizes, V = torch.linalg.svd(delta.detach().double(), full_matrices=False)
    return ((U[:, :rank] * sizes[:rank]) @ V[:rank]).to(delta.dtype)
