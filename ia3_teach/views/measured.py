"""Pictures of what was measured: times in turns, and sizes over many powers of ten."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

from ia3_teach.views.curves import line_style
from ia3_teach.views.phrases import about, joined
from ia3_teach.views.style import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_rounds(times: Mapping[str, Sequence[float]], label: str) -> "Figure":
    """One line per way: a dot for every round, a bar at the median, which is also written out; dotted: 1."""
    figure, axes = new_figure(height=0.9 + 0.42 * len(times))
    left, right = reach(times)
    for place, (name, values) in enumerate(times.items()):
        colour, middle = line_style(name, 2)["color"], median(values)
        draw_dots(axes, values, place, right, colour)
        axes.plot([middle, middle], [place - 0.3, place + 0.3], color=colour, linewidth=2.5)
        axes.annotate(f"{middle:.2f}", (1.03, place), xycoords=("axes fraction", "data"), va="center")
    axes.axvline(1, color="0.4", linestyle=":", linewidth=1)
    axes.set_yticks(range(len(times)), list(times))
    axes.set(ylim=(len(times) - 0.5, -0.5), xlim=(left, right), xlabel=label)
    medians = joined([f"{name} {about(median(values))}" for name, values in times.items()])
    return describe(figure, f"{label}: a dot for each round; medians: {medians}.")


def reach(times: Mapping[str, Sequence[float]]) -> tuple[float, float]:
    """The ends of the axis: near all dots, but no farther than a few busy moments deserve, and around 1.

    >>> reach({"a": [1.0, 1.0, 1.0, 1.0, 50.0]})
    (0.9, 1.1)
    """
    lowest = min(min(values) for values in times.values())
    in_order = [sorted(values) for values in times.values()]
    highest = max(2 * values[3 * len(values) // 4] - median(values) for values in in_order)
    return min(0.9, 0.98 * lowest), max(1.1, 1.02 * highest)


def draw_dots(axes: "Axes", values: Sequence[float], place: int, right: float, colour: str) -> None:
    """The rounds of one way; what lies beyond the axis is an arrow at its end."""
    look = {"color": colour, "alpha": 0.35, "markersize": 5, "linestyle": "", "clip_on": False}
    within, beyond = ([v for v in values if (v <= right) == inside] for inside in (True, False))
    axes.plot(within, [place] * len(within), marker="o", **look)
    axes.plot([right] * len(beyond), [place] * len(beyond), marker=">", **look)


def plot_sizes(
    groups: Mapping[str, Mapping[str, float]], label: str, level: tuple[str, float] | None = None
) -> "Figure":
    """Positive quantities on a logarithmic axis: one line per group, one marker per name; a named level."""
    figure, axes = new_figure(height=1.3 + 0.4 * len(groups))
    for place, values in enumerate(groups.values()):
        axes.axhline(place, color="0.9", zorder=0)
        for number, (name, value) in enumerate(values.items()):
            beside = 0.1 * (number - (len(values) - 1) / 2)  # marks at one place stay apart
            axes.plot(value, place + beside, **mark(name, number), markersize=7, label=name)
    if level is not None:
        axes.axvline(level[1], color="0.4", linestyle=":", linewidth=1)
        at = {"xycoords": ("data", "axes fraction"), "ha": "center", "va": "bottom"}
        axes.annotate(level[0], (level[1], 1.0), **at)
    axes.set_xscale("log")
    axes.set_yticks(range(len(groups)), list(groups))
    axes.set(ylim=(len(groups) - 0.5, -0.5), xlabel=label)
    axes.grid(axis="x", alpha=0.3)
    name_once(figure, axes)
    return describe(figure, sizes_in_words(groups, label, level))


def sizes_in_words(
    groups: Mapping[str, Mapping[str, float]], label: str, level: tuple[str, float] | None
) -> str:
    """Each group's numbers, and where the level lies."""
    rows = [
        f"{group}: {joined([f'{name} {about(value)}' for name, value in values.items()])}"
        for group, values in groups.items()
    ]
    dotted = f" A dotted line, {level[0]}, at {about(level[1])}." if level else ""
    return f"{label}, on a logarithmic axis. {'; '.join(rows)}.{dotted}"


def name_once(figure: "Figure", axes: "Axes") -> None:
    """Below the picture each name once, although it stands in every group."""
    handles, names = axes.get_legend_handles_labels()
    once = dict(zip(names, handles, strict=True))
    figure.legend(once.values(), once, loc="outside lower center", ncols=len(once), frameon=False)


def mark(name: str, number: int) -> dict[str, str]:
    """A marker without a line: the method's where the name begins with one, else the next."""
    look = line_style(name, number + 1) | {"linestyle": ""}  # the first colour is that of IA3
    return look if look["marker"] else look | {"marker": "ovs^"[number % 4]}
