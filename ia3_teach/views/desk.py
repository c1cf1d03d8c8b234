"""The picture of the mixing desk: what is on, and how many answers are right."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.views.desk_grid import Desk, Switches, switched
from ia3_teach.views.levels import draw_upright_level
from ia3_teach.views.phrases import joined, rough
from ia3_teach.views.style import METHODS, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GREYS = "Greys"


@numbers()
def plot_desk(desk: Desk, switches: Switches, guessing: float = 0.5) -> "Figure":
    """Left: how far each block's vectors are from 1 now. Right: accuracy, all off, here, all on."""
    figure, (left, right) = new_figure(height=2.7, columns=2)
    draw_sizes(left, desk, switches)
    frozen, trained = (desk.at((on,) * len(desk.names)) for on in (False, True))
    bars = {
        "all off, the frozen model": frozen,
        "these switches": desk.at(switches),
        "all on, as trained": trained,
    }
    colours = ["0.75", METHODS["IA3"]["color"], "0.45"]
    right.barh(range(3), list(bars.values()), color=colours, height=0.6)
    for place, share in enumerate(bars.values()):
        right.text(share + 0.02, place, f"{share:.0%}", va="center")
    draw_upright_level(right, guessing, "guessing")
    right.set_yticks(range(3), list(bars))
    right.set(xlim=(0, 1.2), title="answered rightly")
    right.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    right.invert_yaxis()
    return describe(figure, desk_in_words(desk, switches))


def draw_sizes(axes: "Axes", desk: Desk, switches: Switches) -> None:
    """Root mean square of l - 1, a row per block, a column per kind, with its number; white is off."""
    now, whole = (sizes(values) for values in (switched(desk.values, switches), desk.values))
    axes.imshow(now.numpy(), cmap=GREYS, vmin=0, vmax=1.6 * whole.max().item(), aspect="auto")
    for layer, kind in torch.cartesian_prod(*map(torch.arange, now.shape)).tolist():
        size = now[layer, kind].item()
        axes.text(kind, layer, f"{size:.2f}" if size else "off", ha="center", va="center")
    axes.set_xticks(range(now.shape[1]), list(desk.values))
    axes.set_yticks(range(now.shape[0]))
    axes.set(ylabel="block", title="how far from 1")


def sizes(values: Mapping[str, Tensor]) -> Tensor:
    """Root mean square of l - 1, shape (n_layers, n_kinds).

    >>> sizes({"l_k": torch.tensor([[3.0, 3.0]])})
    tensor([[2.]])
    """
    return torch.stack([(l - 1).square().mean(dim=1).sqrt() for l in values.values()], dim=1)


def desk_in_words(desk: Desk, switches: Switches) -> str:
    """What is on, and the three accuracies."""
    on = [name for name, is_on in zip(desk.names, switches, strict=True) if is_on]
    frozen, trained = (100 * desk.at((on,) * len(desk.names)) for on in (False, True))
    return (
        f"On: {joined(on) if on else 'nothing'}. Answered rightly {rough(100 * desk.at(switches), 0)} %; "
        f"with all off {rough(frozen, 0)} %, with all on {rough(trained, 0)} %."
    )
