"""Maps of what division does not bring back of a merged weight."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.views.phrases import about, joined
from ia3_teach.views.style import beside, describe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DAMAGE = {
    "back": "#ffffff", "1 step off": "#f5a04a", "2 or 3 steps": "#bf5200", "more": "#7a1f00",
    "no number": "#000000",
}  # fmt: skip


def plot_lost_bits(losses: Mapping[str, Tensor], title: str = "") -> "Figure":
    """One map per name: white where a weight came back, orange by how far it is off, black for NaN and inf.

    Shapes: each map (d_out, d_in), in bits, NaN where the result is no finite number.
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    figure, _ = beside(len(losses), height=3.0)
    colours = list(DAMAGE.values())
    for axes, (name, bits) in zip(figure.axes, losses.items(), strict=True):
        axes.imshow(damage(bits).numpy(), cmap=ListedColormap(colours), vmin=0, vmax=len(colours) - 1)
        axes.spines[["top", "right"]].set_visible(True)
        axes.set_title(f"{name}\n{100 * (bits != 0).float().mean().item():.0f} % not back")
        axes.set(xticks=[], yticks=[], xlabel="input")
    figure.axes[0].set_ylabel("output")
    present = torch.cat([damage(bits).flatten() for bits in losses.values()]).unique().tolist()
    key = [Patch(facecolor=colours[kind], edgecolor="0.6", label=list(DAMAGE)[kind]) for kind in present]
    figure.legend(handles=key, loc="outside lower center", ncols=len(key), frameon=False)
    figure.suptitle(title, fontsize=10)
    return describe(figure, losses_in_words(losses))


def damage(bits: Tensor) -> Tensor:
    """The number of each entry's kind in DAMAGE: lost bits are log2(1 + steps).

    >>> damage(torch.tensor([0.0, 1.0, 1.585, 7.0, torch.nan])).tolist()
    [0, 1, 2, 3, 4]
    """
    kinds = torch.bucketize(bits.contiguous(), torch.tensor([0.5, 1.5, 2.5], dtype=bits.dtype))
    return torch.where(bits.isnan(), 4, kinds)


def losses_in_words(losses: Mapping[str, Tensor]) -> str:
    """Of each map, how much of every kind of damage there is."""
    maps = []
    for name, bits in losses.items():
        shares = torch.bincount(damage(bits).flatten(), minlength=len(DAMAGE)) / bits.numel()
        kinds = zip(DAMAGE, shares.tolist(), strict=True)
        found = [f"{kind} {about(100 * share)} %" for kind, share in kinds if share]
        maps.append(f"{name}: {joined(found)}")
    return f"Maps of weights after division. {'; '.join(maps)}."
