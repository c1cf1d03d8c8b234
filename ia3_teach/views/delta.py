"""Pictures of ΔW, the change that an adapter makes to a weight, and its angle with the weight itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.views.phrases import about, rough
from ia3_teach.views.style import beside, describe, heat

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROUNDING = 1e-6  # a singular value below this share of the largest is none


@numbers(corner=1)
def plot_deltas(deltas: Mapping[str, Tensor], corner: int = 48) -> "Figure":
    """The upper left corner of each matrix: blue below 0, white 0, orange above; each has its own limit."""
    figure, _ = beside(len(deltas), height=2.9)
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


def smallest_cosine(rows: Tensor, others: Tensor) -> float:
    """The smallest |cosine| between a row and the row of the same number; rows of zeros are left out.

    >>> round(smallest_cosine(torch.tensor([[1.0, 2.0]]), torch.tensor([[-2.0, -4.0]])), 4)
    1.0
    """
    cosine = torch.nn.functional.cosine_similarity(rows.detach(), others.detach(), dim=-1).abs()
    return cosine[rows.detach().abs().sum(-1) > 0].min().item()
