"""What a loss does to answers: the probability of the right and of the wrong one, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ia3_teach.views.phrases import trend
from ia3_teach.views.style import beside, describe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RIGHT = {"color": "#00664b", "linestyle": "-", "label": "right answers"}
WRONG = {"color": "#d95f02", "linestyle": "--", "label": "wrong answers"}


def plot_pushes(panels: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> Figure:
    """{loss: (probability of the right answers, of the wrong ones, after each step)}, on one scale of powers.

    The first value of each is from before the training.
    """
    figure, columns = beside(len(panels), height=2.7)
    for axes, (title, (right, wrong)) in zip(columns, panels.items(), strict=True):
        axes.plot(right, linewidth=2, **RIGHT)
        axes.plot(wrong, linewidth=2, **WRONG)
        axes.set_yscale("log")
        axes.set(title=title, xlabel="step")
        axes.grid(alpha=0.3)
    lowest = min(min(values) for pair in panels.values() for values in pair)
    for axes in columns:
        axes.set_ylim(lowest / 1.6, 1.6)
    for axes in columns[1:]:
        axes.set_yticklabels([])
    columns[0].set_ylabel("probability")
    figure.legend(*columns[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    told = "; ".join(
        f"{title}: the right answers' {trend(right)}, the wrong ones' {trend(wrong)}"
        for title, (right, wrong) in panels.items()
    )
    return describe(figure, f"The probability of right and of wrong answers while a loss is trained. {told}.")
