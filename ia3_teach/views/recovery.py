"""Planted vectors: what training found of them, and how much each entry mattered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from ia3_teach.views.heat_map import colour_of
from ia3_teach.views.phrases import rough, span
from ia3_teach.views.style import beside, describe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEAD = {"color": "black", "marker": "x", "s": 16, "linewidth": 0.9}


def plot_recovery(
    planted: Mapping[str, Tensor], recovered: Mapping[str, Tensor], dead: Mapping[str, Tensor]
) -> "Figure":
    """A panel per kind, a dot per entry: planted across, recovered up; on the diagonal what came back.

    `dead` marks, with crosses, the entries that nothing depends on. All shapes alike, per kind.
    """
    figure, panels = beside(len(planted), height=2.9)
    low = min(l.min().item() for l in planted.values()) - 0.05
    high = max(l.max().item() for l in planted.values()) + 0.05
    for axes, kind in zip(panels, planted, strict=True):
        x, y, gone = planted[kind], recovered[kind], dead[kind]
        axes.plot([low, high], [low, high], color="grey", linewidth=0.8, label="as planted")
        axes.axhline(1, color="grey", linewidth=0.8, linestyle=":", label="1, where training began")
        axes.scatter(x[~gone], y[~gone], s=6, alpha=0.6, color=colour_of(kind), label="entry")
        axes.scatter(x[gone], y[gone], label="dead", **DEAD)
        axes.set(title=kind, xlabel="planted", xlim=(low, high), ylim=(low, high))
    panels[0].set_ylabel("recovered")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    kinds = [f"{kind}: {found_in_words(planted[kind], recovered[kind], dead[kind])}" for kind in planted]
    return describe(figure, f"Recovered over planted entries. {'; '.join(kinds)}.")


def found_in_words(planted: Tensor, recovered: Tensor, dead: Tensor) -> str:
    """How many entries came back, and where the dead ones are.

    >>> import torch
    >>> found_in_words(torch.tensor([2.0, 3.0]), torch.tensor([2.0, 1.0]), torch.tensor([False, True]))
    '≈ 100 % of 1 entries within 0.1 of the planted, 1 dead ones at ≈ 1.00'
    """
    near = ((recovered - planted).abs() < 0.1)[~dead]
    words = (
        f"{rough(100 * near.float().mean().item(), 0)} % of {near.numel()} entries within 0.1 of the planted"
    )
    still = sorted(set(recovered[dead].tolist()))
    return f"{words}, {int(dead.sum())} dead ones at {span(still)}" if still else words


def plot_error_by_weight(weight: Mapping[str, Tensor], error: Mapping[str, Tensor]) -> "Figure":
    """A panel per kind, a dot per entry: how much it matters across, how far it is off up, logarithmic."""
    from matplotlib.ticker import NullFormatter

    figure, panels = beside(len(weight), height=2.7)
    for axes, kind in zip(panels, weight, strict=True):
        axes.scatter(weight[kind], error[kind], s=6, alpha=0.5, color=colour_of(kind))
        axes.set(
            title=kind, xscale="log", yscale="log", xlabel="change of the states\nper change of the entry"
        )
        axes.xaxis.set_minor_formatter(NullFormatter())
    for axis in "xy":
        lows, highs = zip(*(getattr(axes, f"get_{axis}lim")() for axes in panels), strict=True)
        for axes in panels:
            axes.set(**{f"{axis}lim": (min(lows), max(highs))})
    panels[0].set_ylabel("|recovered − planted|")
    kinds = [f"{kind}: {quarters_in_words(weight[kind], error[kind])}" for kind in weight]
    return describe(figure, f"Errors over what an entry moves, both logarithmic. {'; '.join(kinds)}.")


def quarters_in_words(weight: Tensor, error: Tensor) -> str:
    """The median error of the quarter that moves least and of the one that moves most."""
    ranked = error.flatten()[weight.flatten().argsort()]
    quarter = max(1, len(ranked) // 4)
    least, most = ranked[:quarter].median().item(), ranked[-quarter:].median().item()
    return f"median error {rough(least, 3)} where least is moved, {rough(most, 3)} where most is"
