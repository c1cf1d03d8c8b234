"""A measured number beside what chance gives: the span of a control drawn many times."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ia3_teach.views.phrases import joined, rough, span
from ia3_teach.views.style import beside, describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Measured = tuple[float, Sequence[float]]
BAR = {"color": "#b0b0b0", "height": 0.5}
MARK = {"color": "black", "marker": "D", "markersize": 5.5, "linestyle": ""}


def plot_against_chance(panels: Mapping[str, Mapping[str, Measured]], control: str = "shuffled") -> "Figure":
    """A panel per statistic, a row per name: a mark at the number, a grey bar over the control's draws.

    The mark is filled where it lies outside of the bar, and hollow where chance gives as much.
    `panels` is {statistic: {name: (measured, the control's draws)}}, with the same names in each.
    """
    rows = list(next(iter(panels.values())))
    figure, _ = beside(len(panels), height=1.1 + 0.24 * len(rows))
    for axes, (title, measured) in zip(figure.axes, panels.items(), strict=True):
        for place, name in enumerate(rows):
            draw_row(axes, place, *measured[name])
        axes.axvline(0, color="0.4", linestyle=":", linewidth=1)
        axes.set(title=title, ylim=(len(rows) - 0.5, -0.5), yticks=[])
        axes.use_sticky_edges = False  # else the axis would end where a bar begins
        axes.margins(x=0.12)
        axes.autoscale_view(scaley=False)
        axes.grid(axis="x", alpha=0.3)
    figure.axes[0].set_yticks(range(len(rows)), rows)
    name_marks(figure, control)
    return describe(figure, chance_in_words(panels, control))


def draw_row(axes: "Axes", place: int, value: float, draws: Sequence[float]) -> None:
    """One number and its bar; a bar too narrow to be seen is drawn as a line."""
    low, high = min(draws), max(draws)
    axes.barh(place, high - low, left=low, edgecolor=BAR["color"], linewidth=0.4, **BAR)
    axes.plot(value, place, markerfacecolor="white" if low <= value <= high else "black", **MARK)


def name_marks(figure: "Figure", control: str) -> None:
    """What the marks are, below the picture."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        Line2D([], [], label="measured, beyond chance", **MARK),
        Line2D([], [], label="measured, as chance gives it", markerfacecolor="white", **MARK),
        Patch(color=BAR["color"], label=control),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)


def chance_in_words(panels: Mapping[str, Mapping[str, Measured]], control: str) -> str:
    """Every number, and the span of its control."""
    told = []
    for title, measured in panels.items():
        rows = [
            f"{name} {rough(value)}, {control} {span(draws)}" for name, (value, draws) in measured.items()
        ]
        told.append(f"{title}: {joined(rows)}")
    return f"Measured numbers beside a control. {'; '.join(told)}."
