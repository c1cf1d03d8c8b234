"""A tensor beside the one that was wanted, and their difference: the picture of a failed check."""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ia3_teach.views import cells
from ia3_teach.views.style import heat, log2_scale, new_figure, scale_bar, symmetric_limit
from ia3_teach.wording import short

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_triptych(target: Tensor, yours: Tensor, title: str = "", as_scale: bool = False) -> "Figure":
    """target | yours | difference, with indices, numbers where they fit, and a mark where they differ most.

    Factors (`as_scale`) have the colours of factors, on one log2 scale, and their difference is a factor too.
    Other numbers are grey, since white is not 1 there and orange would mean nothing; darker is larger, and in
    the difference farther apart.
    """
    if target.shape != yours.shape:
        raise ValueError(f"target is {short(tuple(target.shape))} but yours is {short(tuple(yours.shape))}")
    numbers = [_as_matrix(part) for part in (target, yours)]
    shown = [log2_scale(part) if as_scale else part for part in numbers]
    shown.append(shown[1] - shown[0])
    numbers.append(shown[2].exp2() if as_scale else shown[2])
    figure, columns = new_figure(height=1.4 + 0.24 * min(len(shown[0]), 12), columns=3)
    legible = all(map(cells.fits, numbers))
    draw = _draw_factors if as_scale else _draw_grey
    draw(figure, columns, shown, bars=not legible)
    worst = divmod(int((numbers[1] - numbers[0]).abs().nan_to_num(torch.inf).argmax()), shown[0].shape[1])
    for axes, part, name in zip(columns, numbers, ("target", "yours", "difference"), strict=True):
        axes.set_title(name)
        cells.write_indices(axes, target.shape)
        cells.mark(axes, *worst)
        if legible:
            cells.write_numbers(axes, [[cells.five_letters(entry) for entry in row] for row in part.tolist()])
    figure.suptitle(title)
    return figure


def _draw_factors(figure: "Figure", columns: Any, panels: list[Tensor], bars: bool) -> None:
    """Three panels of log2 factors in the same colours; a bar where no numbers say what a colour is."""
    limit = max(symmetric_limit(panel) for panel in panels)
    for axes, panel in zip(columns, panels, strict=True):
        image = heat(axes, panel, limit)
    if bars:
        scale_bar(figure, image, columns, limit)


def _draw_grey(figure: "Figure", columns: Any, panels: list[Tensor], bars: bool) -> None:
    """Two panels in one scale of greys, and the size of the difference in its own; bars as for factors."""
    both = torch.stack(panels[:2])
    both = both[both.isfinite()]
    low, high = (both.min().item(), both.max().item()) if len(both) else (0.0, 1.0)
    looks = {"cmap": "Greys", "aspect": "auto", "interpolation": "nearest"}
    for axes, panel in zip(columns[:2], panels, strict=False):
        image = axes.imshow(panel.numpy(), vmin=low, vmax=high, **looks)
    apart = columns[2].imshow(panels[2].abs().numpy(), vmin=0, **looks)
    if bars:
        figure.colorbar(image, ax=list(columns[:2]))
        figure.colorbar(apart, ax=columns[2])


def _as_matrix(values: Tensor) -> Tensor:
    """Any tensor as a matrix: leading dimensions become rows."""
    values = torch.atleast_2d(values.detach().float().cpu())
    return values.reshape(-1, values.shape[-1])
