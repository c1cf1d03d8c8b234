"""Pictures of training: losses, lines over a common axis, and how far the vectors moved from 1."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.views.phrases import trend
from ia3_teach.views.style import METHODS, QKV_COLOURS, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_OTHERS = ("#d95f02", "#56b4e9", "#000000", "#7b3294")  # apart in lightness too


def running_mean(values: Sequence[float], window: int = 10) -> list[float]:
    """The mean of each value and up to `window` - 1 values before it.

    >>> running_mean([4.0, 2.0, 0.0], window=2)
    [4.0, 3.0, 1.0]
    """
    parts = [values[max(0, end - window) : end] for end in range(1, len(values) + 1)]
    return [sum(part) / len(part) for part in parts]


def plot_losses(runs: Mapping[str, Sequence[float]], title: str = "") -> "Figure":
    """The loss of every step (faint) and its running mean, one line per run."""
    figure, axes = new_figure(height=2.6)
    for place, (name, losses) in enumerate(runs.items()):
        look = line_style(name, place) | {"marker": ""}
        axes.plot(losses, color=look["color"], alpha=0.25, linewidth=0.8)
        axes.plot(running_mean(losses), label=name, **look)
    finish(axes, "step", "loss", title)
    axes.set_ylim(bottom=0)
    means = {name: running_mean(losses) for name, losses in runs.items()}
    return describe(figure, "The loss of each step and its running mean, " + lines_in_words(means))


@numbers()
def plot_lines(
    x: Sequence[float], lines: Mapping[str, Sequence[float]], *, x_label: str, y_label: str,
    title: str = "", log_x: bool = False, log_y: bool = False, level: float | None = None,
) -> "Figure":  # fmt: skip
    """Lines over a common x; `level` is drawn dotted, such as chance or the neutral value 1."""
    figure, axes = new_figure(height=2.8)
    draw_lines(axes, x, lines)
    if level is not None:
        axes.axhline(level, color="0.4", linestyle=":", linewidth=1)
    if log_x:
        log_ticks(axes, x)
    axes.set_yscale("log" if log_y else "linear")
    finish(axes, x_label, y_label, title)
    opening = f"{title}: " if title else ""
    reach = f"from {x[0]:g} to {x[-1]:g}"
    return describe(figure, f"{opening}{y_label} over {x_label}, {reach}; {lines_in_words(lines)}")


def lines_in_words(lines: Mapping[str, Sequence[float]]) -> str:
    """How each line runs; where it has no value it is not drawn and not told.

    >>> lines_in_words({"IA3": [3.0, 1.0], "LoRA": [1.0, 1.0]})
    'IA3 falls from ≈ 3.0 to ≈ 1.0; LoRA stays at ≈ 1.0.'
    """
    measured = {name: [value for value in y if value == value] for name, y in lines.items()}
    return "; ".join(f"{name} {trend(y)}" for name, y in measured.items()) + "."


def plot_moves(vectors: Mapping[str, Tensor], limit: float | None = None) -> "Figure":
    """One histogram of the entries for each of l_k, l_v, l_ff, in the colours of their sites."""
    width = max((l - 1).abs().max().item() for l in vectors.values()) if limit is None else limit
    figure, axes = new_figure(height=2.6)
    edges = torch.linspace(1 - width, 1 + width, 42).tolist()
    for name, l in vectors.items():
        share = torch.full((l.numel(),), 100 / l.numel())
        axes.hist(
            l.flatten().tolist(), edges, weights=share.tolist(), histtype="step", linewidth=1.8,
            color=QKV_COLOURS[name.removeprefix("l_")], label=f"{name} ({l.numel()} entries)",
        )  # fmt: skip
    axes.axvline(1, color="0.4", linestyle=":", linewidth=1)
    finish(axes, "entry of the vector", "% of the entries", "")
    return figure


def draw_lines(axes: "Axes", x: Sequence[float], lines: Mapping[str, Sequence[float]]) -> None:
    """One line per name, in its method's style where the name begins with one."""
    for place, (name, y) in enumerate(lines.items()):
        axes.plot(x, y, label=name, markersize=4, **line_style(name, place))


def log_ticks(axes: "Axes", x: Sequence[float]) -> None:
    """A logarithmic x axis whose ticks are the values themselves, written out."""
    axes.set_xscale("log")
    axes.set_xticks(list(x), [f"{value:g}" for value in x])
    axes.minorticks_off()


def line_style(name: str, place: int) -> dict[str, str]:
    """The method's style where `name` begins with a method, else the next colour.

    >>> line_style("IA3, seed 1", 0) == METHODS["IA3"]
    True
    """
    for method, look in METHODS.items():
        if name.startswith(method):
            return look
    return {"color": _OTHERS[place % len(_OTHERS)], "marker": "", "linestyle": "-"}


def finish(axes: "Axes", x_label: str, y_label: str, title: str) -> None:
    """Labels, title, and a legend without a box."""
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.set_title(title)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
