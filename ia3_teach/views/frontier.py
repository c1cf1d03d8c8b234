"""The frontier: accuracy over what a method costs, a mark for each method, and who is unbeaten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import log10
from typing import TYPE_CHECKING

from ia3_teach.views.family_tree import FORMS
from ia3_teach.views.phrases import joined
from ia3_teach.views.style import describe, stacked
from ia3_teach.wording import brief

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 6.0, 3.3  # of a panel's inside, in inches
LETTER, LINE = 0.078, 0.16  # a letter's width and a line's height, in inches
ROUND, FINE = (1, 2, 5), (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7)  # ticks of a long and of a short axis
Spot = tuple[float, float, float, float]


@dataclass(frozen=True)
class Score:
    """A method's trained values, or what else it costs; its median accuracy and quartiles; and its form, ""
    for a level across.
    """

    values: float
    median: float
    low: float
    high: float
    form: str = ""


def unbeaten(scores: Mapping[str, Score]) -> list[str]:
    """The methods for which no other costs as little and has a higher median, or less and as high a one.

    >>> scores = {"a": Score(10, 0.8, 0.8, 0.8), "b": Score(20, 0.7, 0.7, 0.7), "c": Score(30, 0.9, 0.9, 0.9)}
    >>> unbeaten(scores)
    ['a', 'c']
    """
    found: list[str] = []
    for name in sorted(scores, key=lambda name: (scores[name].values, -scores[name].median)):
        if all(scores[other].median < scores[name].median for other in found):
            found.append(name)
    return found


def plot_frontier(
    panels: Mapping[str, Mapping[str, Score]],
    level: float | None = None,
    across: str = "trained values beside the head",
    unit: str = "values",
) -> Figure:
    """A panel for each task, {task: {method: Score}}; the line joins the medians that none beats.

    What has no form, such as the head alone and full fine-tuning, is a level across. `across` says what the
    scores' numbers are, `unit` what they count.
    Raises ValueError for a panel without a method.
    """
    for title, scores in panels.items():
        if not any(score.form for score in scores.values()):
            raise ValueError(f"{brief(title)} has no method with a form; draw the tasks that were measured")
    figure, rows = stacked(len(panels), width=7.0, height=(HEIGHT + 0.6) * len(panels))
    for axes, (title, scores) in zip(rows, panels.items(), strict=True):
        draw_frontier(axes, scores, unit)
        if level is not None:
            axes.axhline(level, color="0.4", linestyle=":", linewidth=1)
        axes.set(title=title, xlabel=across, ylabel="test accuracy")
    present = {score.form for scores in panels.values() for score in scores.values()}
    for form in (form for form in FORMS if form in present):
        rows[0].plot([], [], linestyle="", label=form, **FORMS[form])
    figure.legend(loc="outside upper center", ncols=6, frameon=False)
    told = " ".join(f"{title}: {scores_in_words(scores)}." for title, scores in panels.items())
    return describe(figure, f"Median accuracy over {across}. {told}")


def draw_frontier(axes: Axes, everything: Mapping[str, Score], unit: str) -> None:
    """Marks, quartiles, the line of the unbeaten, and names that keep out of each other's way."""
    scores = {name: score for name, score in everything.items() if score.form}
    for score in scores.values():
        look = FORMS[score.form]
        axes.plot([score.values] * 2, [score.low, score.high], color=look["color"], linewidth=1.2)
        axes.plot(score.values, score.median, linestyle="", markersize=6, **look)
    levels = {f"{name}, {number(s.values)} {unit}": s.median for name, s in everything.items() if not s.form}
    for words, median in levels.items():
        axes.axhline(median, color="0.3", linestyle="--", linewidth=1)
        axes.text(0.005, median, words, transform=axes.get_yaxis_transform(), va="bottom")
    best = unbeaten(scores)
    ends = [end(score.values for score in scores.values()) for end in (min, max)]
    left, right = map(log10, ends)
    span = max(right - left, 0.1)
    edges = left - 0.13 * span, right + 0.22 * span
    digits = ROUND if span > 1 else FINE
    steps = (round(digit * 10.0**power, 3) for power in range(-1, 9) for digit in digits)
    ticks = [int(step) if step == int(step) else step for step in steps if edges[0] < log10(step) < edges[1]]
    line = [(scores[name].values, scores[name].median) for name in best]
    axes.plot(*zip(*line, strict=True), color="0.6", linewidth=1, zorder=0, drawstyle="steps-post")
    axes.set_xscale("log")
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.set_xticks([], minor=True)
    low = min(score.low for score in everything.values()) - 0.03
    high = max(score.high for score in everything.values()) + 0.03
    axes.set(xlim=[10**edge for edge in edges], ylim=(low, high))
    axes.grid(alpha=0.25)
    scale = WIDTH / (edges[1] - edges[0]), HEIGHT / (high - low)
    places = {
        name: ((log10(s.values) - edges[0]) * scale[0], (s.median - low) * scale[1])
        for name, s in scores.items()
    }
    heights = {words: (median - low) * scale[1] for words, median in levels.items()}
    said = [(0.0, LETTER * len(words), up, up + LINE) for words, up in heights.items()]
    for name, (across, up) in offsets(places, said).items():
        weight = "bold" if name in best else "normal"
        where = {"xytext": (72 * across, 72 * up), "textcoords": "offset points"}
        where["ha"] = "right" if across < 0 else "left"
        point = (scores[name].values, scores[name].median)
        where["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.75}
        arrow = {"arrowstyle": "-", "color": "0.6", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 3}
        axes.annotate(name, point, va="center", fontweight=weight, arrowprops=arrow, **where)


def offsets(
    places: Mapping[str, tuple[float, float]], said: Sequence[Spot] = ()
) -> dict[str, tuple[float, float]]:
    """{name: the way from its mark to the near end of its name}, in inches, so that nothing is covered.

    The names are set one after another, each at the nearest spot that is free of marks, of names, and of the
    words that are `said` already.
    """
    marks = [(x - 0.05, x + 0.05, y - 0.05, y + 0.05) for x, y in places.values()]
    taken: list[Spot] = [*marks, *said]
    found = {}
    for name, (x, y) in sorted(places.items(), key=lambda item: item[1][1]):
        width = LETTER * len(name)
        ways = product((0.1, -0.1, 0.35, -0.35), (step * LINE / 2 for step in range(-12, 13)))
        for across, up in sorted(ways, key=lambda way: abs(way[0]) + abs(way[1])):
            start = x + across - (width if across < 0 else 0)
            spot = (start, start + width, y + up - LINE / 2, y + up + LINE / 2)
            inside = spot[0] > 0.02 and spot[1] < WIDTH and 0.08 < spot[2] and spot[3] < HEIGHT
            if inside and not any(overlap(spot, other) for other in taken):
                break
        taken.append(spot)
        found[name] = (across, up)
    return found


def overlap(one: Spot, other: Spot) -> bool:
    """Whether two boxes (left, right, bottom, top) share a point.

    >>> overlap((0, 2, 0, 2), (1, 3, 1, 3)), overlap((0, 1, 0, 1), (2, 3, 0, 1))
    (True, False)
    """
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def scores_in_words(scores: Mapping[str, Score]) -> str:
    """Every method with what it costs and its median, the cheapest first, and the unbeaten ones."""
    ordered = sorted(scores.items(), key=lambda item: item[1].values)
    told = ", ".join(f"{name} {number(score.values)} {score.median:.2f}" for name, score in ordered)
    marked = {name: score for name, score in scores.items() if score.form}
    return f"{told}; no other reaches more with as little: {joined(unbeaten(marked))}"


def number(value: float) -> str:
    """A count in full, a ratio with two places.

    >>> number(13824), number(1.2345)
    ('13,824', '1.23')
    """
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"
