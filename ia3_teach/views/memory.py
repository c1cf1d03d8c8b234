"""Where the memory of a training step goes, method by method."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ia3_teach.views.phrases import about, joined
from ia3_teach.views.style import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOKS = {
    "weights": {"color": "#d9d9d9"},
    "gradients": {"color": "#d98b5f", "hatch": "//"},
    "AdamW's averages": {"color": "#7a4a8c"},
    "kept for backward": {"color": "#8fb8de", "hatch": ".."},
}


def plot_memory(bills: Mapping[str, Mapping[str, int]]) -> "Figure":
    """One bar per method, stacked from the bytes of its parts (see course/memory.py), in megabytes."""
    figure, axes = new_figure(width=7, height=1.1 + 0.42 * len(bills))
    for place, bill in enumerate(bills.values()):
        start = 0.0
        for part, size in bill.items():
            axes.barh(place, size / 1e6, left=start, height=0.62, edgecolor="white", **LOOKS[part])
            start += size / 1e6
        axes.text(start, place, f" {start:.1f}", va="center")
    axes.set_yticks(range(len(bills)), list(bills))
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.set_xlabel("megabytes in one training step")
    parts = dict.fromkeys(part for bill in bills.values() for part in bill)
    shown = [axes.barh([0], [0], edgecolor="white", **LOOKS[part]) for part in parts]
    figure.legend(shown, list(parts), loc="outside lower center", ncols=len(parts), frameon=False)
    return describe(figure, f"Megabytes of one training step. {bills_in_words(bills)}.")


def bills_in_words(bills: Mapping[str, Mapping[str, int]]) -> str:
    """Each method's parts in megabytes.

    >>> bills_in_words({"full": {"weights": 2_000_000, "gradients": 500_000}})
    'full: weights ≈ 2.0 and gradients ≈ 0.50'
    """
    return "; ".join(
        f"{name}: {joined([f'{part} {about(size / 1e6)}' for part, size in bill.items()])}"
        for name, bill in bills.items()
    )
