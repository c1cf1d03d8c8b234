"""Pictures of the fused-QKV puzzle: strips of channels with their roles, and what a scale lands on."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.views.style import (
    QKV_COLOURS,
    heat,
    log2_scale,
    new_figure,
    scale_bar,
    stacked,
    symmetric_limit,
    text_on,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_roles(strips: Mapping[str, Sequence[str]]) -> "Figure":
    """Strips of channels coloured by role; a role is a letter and the number of the head, such as "k2".

    A black line stands where letter and head change together: between BLOOM's heads, between GPT-2's thirds.

    >>> plot_roles({"BLOOM": ["q0", "k0", "v0", "q1", "k1", "v1"]}).axes[0].get_title()
    'BLOOM'
    """
    figure, columns = stacked(len(strips), width=7, height=0.4 + 0.85 * len(strips))
    for axes, (title, roles) in zip(columns, strips.items(), strict=True):
        for channel, role in enumerate(roles):
            axes.bar(channel, 1, width=0.94, color=QKV_COLOURS[role[0]])
            colour = text_on(QKV_COLOURS[role[0]])
            axes.text(channel, 0.5, role, color=colour, ha="center", va="center", fontsize=10)
        _draw_edges(axes, roles)
        axes.set(title=title, ylim=(0, 1), yticks=[], xlim=(-0.6, len(roles) - 0.4))
        axes.set_xticks([0, len(roles) // 2, len(roles) - 1])
    columns[-1].set_xlabel("channel of the fused output")
    return figure


def plot_landings(scales: Mapping[str, Tensor], roles: Sequence[str]) -> "Figure":
    """One row per fused scale (3 d_model,): what it multiplies, with the channels' true roles below."""
    rows = torch.stack([log2_scale(scale) for scale in scales.values()])
    limit = symmetric_limit(rows)
    figure, axes = new_figure(height=1.2 + 0.4 * len(rows))
    scale_bar(figure, heat(axes, rows, limit), axes, limit)
    _draw_edges(axes, roles)
    axes.set_yticks(range(len(rows)), list(scales))
    axes.set_xticks(range(len(roles)), roles)
    for label, role in zip(axes.get_xticklabels(), roles, strict=True):
        box = {"facecolor": QKV_COLOURS[role[0]], "edgecolor": "none", "pad": 1.5}
        label.set(color=text_on(QKV_COLOURS[role[0]]), bbox=box)
    axes.set_xlabel("what the channel is: query, key or value of which head")
    return figure


def plot_attention_changes(changes: Mapping[str, Tensor]) -> "Figure":
    """One panel per title: the change of the attention weights, shape (T, T), orange up and blue down."""
    limit = max(change.abs().max().item() for change in changes.values())
    figure, columns = new_figure(height=2.6, columns=len(changes))
    for axes, (title, change) in zip(columns, changes.items(), strict=True):
        image = heat(axes, change, limit)
        axes.set(title=title, xlabel="token looked at")
        axes.set_xticks(range(len(change)))
        axes.set_yticks(range(len(change)))
    columns[0].set_ylabel("token that looks")
    figure.colorbar(image, ax=columns, label="change of the weight")
    return figure


def _draw_edges(axes: "Axes", roles: Sequence[str]) -> None:
    """Lines where letter and head change together."""
    for channel, (before, after) in enumerate(pairwise(roles)):
        if before[0] != after[0] and before[1:] != after[1:]:
            axes.axvline(channel + 0.5, color="black", linewidth=1.5)
