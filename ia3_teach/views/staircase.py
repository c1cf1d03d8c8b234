"""Paths of single entries during training, and the rungs that a 16-bit number has to climb by."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.views.levels import draw_level
from ia3_teach.views.phrases import rough, span
from ia3_teach.views.style import beside, colour_map, describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def rungs(low: float, high: float) -> list[float]:
    """All bfloat16 numbers from `low` to `high`, both positive.

    >>> rungs(0.993, 1.008)
    [0.9921875, 0.99609375, 1.0, 1.0078125]
    """
    first, last = torch.tensor([low, high]).bfloat16().view(torch.int16).tolist()
    return torch.arange(first, last + 1, dtype=torch.int16).view(torch.bfloat16).tolist()


def plot_staircase(paths: Mapping[str, Tensor]) -> "Figure":
    """One panel per run: each line is an entry, orange if it ends above 1 in the first run, else blue.

    Where the entries are bfloat16 numbers, all numbers that they can be are drawn as grey lines.
    Shapes: paths {name: (n_steps + 1, n_entries)}.
    """
    figure, panels = beside(len(paths), height=3)
    grows = next(iter(paths.values()))[-1] > 1
    every = torch.cat([path.float().flatten() for path in paths.values()])
    low, high = every.min().item(), every.max().item()
    for axes, (name, path) in zip(panels, paths.items(), strict=True):
        if path.dtype == torch.bfloat16:
            axes.hlines(rungs(low, high), 0, len(path) - 1, color="0.85", linewidth=0.7)
        draw_paths(axes, path.float(), grows)
        axes.set(title=name, xlabel="step", ylim=(low - 0.004, high + 0.004))
    panels[0].set_ylabel("entry of l_v")
    told = "; ".join(f"{name}: {ends_in_words(path.float())}" for name, path in paths.items())
    return describe(figure, f"Paths of {len(grows)} entries over {len(path) - 1} steps. {told}.")


def ends_in_words(path: Tensor) -> str:
    """Where the paths (n_steps + 1, n_entries) end, and how many of them above and below 1.

    >>> ends_in_words(torch.tensor([[1.0, 1.0], [1.5, 1.0]]))
    'they end at ≈ 1.00 to ≈ 1.50, ≈ 50 % above 1 and ≈ 0 % below'
    """
    last = path[-1]
    above, below = (rough(100 * side.float().mean().item(), 0) for side in (last > 1, last < 1))
    return f"they end at {span(last.tolist())}, {above} % above 1 and {below} % below"


def draw_paths(axes: "Axes", path: Tensor, grows: Tensor) -> None:
    """Each entry holds its value until the next step."""
    colours = colour_map()
    for entry, up in zip(path.T, grows.tolist(), strict=True):
        axes.step(range(len(entry)), entry, where="post", color=colours(0.9 if up else 0.12), linewidth=1.3)
    draw_level(axes, 1, "1")
