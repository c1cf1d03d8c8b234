"""Lesson 02: the picture of a factor before and after a non-linearity."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from ia3_teach.annotated import numbers
from ia3_teach.views.style import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@numbers()
def plot_bends(factor: float) -> "Figure":
    """Scaling after (solid) and before (dashed) the non-linearity, for ReLU and for GELU."""
    x = torch.linspace(-2.5, 1.5, 121)
    figure, panels = new_figure(height=2.6, columns=2)
    for axes, name, bend in zip(panels, ("ReLU", "GELU"), (functional.relu, functional.gelu), strict=True):
        draw_bend(axes, x, bend, factor)
        axes.set_title(name)
        axes.set_xlabel("x")
        axes.set_ylim(-0.5, 1.6 * factor)
    panels[0].legend(frameon=False)
    told = " ".join(
        f"{name}: {gap_in_words(x, bend, factor)}."
        for name, bend in (("ReLU", functional.relu), ("GELU", functional.gelu))
    )
    return describe(figure, f"Two panels with {factor:g} · γ(x) and γ({factor:g} · x) over x. {told}")


def gap_in_words(x: Tensor, bend: Callable[[Tensor], Tensor], factor: float) -> str:
    """Whether the two curves coincide, and where they part most."""
    gap = (factor * bend(x) - bend(factor * x)).abs()
    if gap.max() < 1e-6:
        return "the two curves coincide"
    return f"they part by up to {gap.max():.1f}, most at x = {x[gap.argmax()].abs():.1f} on either side of 0"


def draw_bend(axes: "Axes", x: Tensor, bend: Callable[[Tensor], Tensor], factor: float) -> None:
    """l γ(x) and γ(l x) over x, with their difference shaded."""
    after, before = factor * bend(x), bend(factor * x)
    axes.fill_between(x.tolist(), after.tolist(), before.tolist(), color="0.85")
    axes.plot(x, after, color="#e0771a", linewidth=3, label=f"{factor:g} · γ(x)")
    axes.plot(x, before, color="black", linestyle="--", linewidth=1.2, label=f"γ({factor:g} · x)")
    axes.grid(alpha=0.3)
