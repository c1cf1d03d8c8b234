"""Pictures of the fused-QKV puzzle: strips of channels with their roles, and what a scale lands on."""

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.views.phrases import about, colour_word, joined
from ia3_teach.views.style import (
    QKV_COLOURS,
    beside,
    describe,
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

NAMES = {"q": "queries", "k": "keys", "v": "values"}
UNMOVED = 1e-6  # a change of a weight below this is rounding


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
    told = " ".join(f"{title}: {order_in_words(roles)}." for title, roles in strips.items())
    return describe(figure, f"Strips of channels, each with its role and its head. {told}")


def order_in_words(roles: Sequence[str]) -> str:
    """How the parts follow each other; an order that repeats is told once.

    >>> order_in_words(["q0", "k0", "v0", "q1", "k1", "v1"])
    '2 times 1 queries, 1 keys, 1 values'
    """
    parts = [f"{len(list(run))} {NAMES[letter]}" for letter, run in groupby(role[0] for role in roles)]
    period = next(n for n in range(1, len(parts) + 1) if parts == parts[:n] * (len(parts) // n))
    repeats = f"{len(parts) // period} times " if period < len(parts) else ""
    return repeats + ", ".join(parts[:period])


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
    told = " ".join(f"{name}: {colours_by_role(scale, roles)}." for name, scale in scales.items())
    return describe(figure, f"One row of {len(roles)} factors for each layout. {told}")


def colours_by_role(scale: Tensor, roles: Sequence[str]) -> str:
    """Which colours lie on which roles; roles of the same colours are told together.

    >>> colours_by_role(torch.tensor([1.0, 2.0, 0.5, 1.0]), ["q0", "k0", "v0", "q1"])
    'white on q0 and q1; orange on k0; blue on v0'
    """
    found: dict[str, set[str]] = {role: set() for role in roles}
    for factor, role in zip(scale.tolist(), roles, strict=True):
        found[role].add(colour_word(factor))
    names = {role: joined(sorted(colours)) for role, colours in found.items()}
    alike = {colours: [role for role in names if names[role] == colours] for colours in names.values()}
    return "; ".join(f"{colours} on {joined(those)}" for colours, those in alike.items())


def plot_attention_changes(changes: Mapping[str, Tensor]) -> "Figure":
    """One panel per title: the change of the attention weights, shape (T, T), orange up and blue down."""
    limit = max(change.abs().max().item() for change in changes.values())
    figure, columns = beside(len(changes), height=2.6)
    for axes, (title, change) in zip(columns, changes.items(), strict=True):
        image = heat(axes, change, limit)
        axes.set(title=title, xlabel="token looked at")
        axes.set_xticks(range(len(change)))
        axes.set_yticks(range(len(change)))
    columns[0].set_ylabel("token that looks")
    figure.colorbar(image, ax=columns, label="change of the weight")
    told = "; ".join(f"{title}: {rows_in_words(change)}" for title, change in changes.items())
    return describe(figure, f"Changes of attention weights, a row for each token that looks. {told}.")


def rows_in_words(change: Tensor) -> str:
    """Which rows of a change (T, T) moved, and by how much at the most.

    >>> rows_in_words(torch.zeros(3, 3))
    'no row moves'
    """
    rows = (change.abs().amax(dim=1) > UNMOVED).nonzero().flatten().tolist()
    if not rows:
        return "no row moves"
    verb = "row {} moves" if len(rows) == 1 else "rows {} move"
    return f"{verb.format(joined([*map(str, rows)]))}, by up to {about(change.abs().max().item())}"


def _draw_edges(axes: "Axes", roles: Sequence[str]) -> None:
    """Lines where letter and head change together."""
    for channel, (before, after) in enumerate(pairwise(roles)):
        if before[0] != after[0] and before[1:] != after[1:]:
            axes.axvline(channel + 0.5, color="black", linewidth=1.5)
