"""The frontier: accuracy over what a method costs, a mark for each method, and who is unbeaten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING

from ia3_teach.annotated import numbers
from ia3_teach.views.family_tree import FORMS
from ia3_teach.views.name_spots import LETTER, LINE, offsets
from ia3_teach.views.phrases import joined
from ia3_teach.views.style import describe, stacked
from ia3_teach.wording import brief

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 6.0, 3.3  # of a panel's inside, in inches
ARROW = {"arrowstyle": "-", "color": "0.6", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 3}
ROUND, FINE = (1, 2, 5), (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7)  # ticks of a long and of a short axis


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


@numbers()
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
    """Marks, quartiles, the line of the unbeaten, levels, and names that keep out of each other's way."""
    scores = {name: score for name, score in everything.items() if score.form}
    for score in scores.values():
        look = FORMS[score.form]
        axes.plot([score.values] * 2, [score.low, score.high], color=look["color"], linewidth=1.2)
        axes.plot(score.values, score.median, linestyle="", markersize=6, **look)
    line = [(scores[name].values, scores[name].median) for name in unbeaten(scores)]
    axes.plot(*zip(*line, strict=True), color="0.6", linewidth=1, zorder=0, drawstyle="steps-post")
    levels = {f"{name}, {number(s.values)} {unit}": s.median for name, s in everything.items() if not s.form}
    for words, median in levels.items():
        axes.axhline(median, color="0.3", linestyle="--", linewidth=1)
        axes.text(0.005, median, words, transform=axes.get_yaxis_transform(), va="bottom")
    set_limits(axes, scores, everything)
    draw_names(axes, scores, levels)


def set_limits(axes: Axes, scores: Mapping[str, Score], everything: Mapping[str, Score]) -> None:
    """A logarithmic axis with room for names on both sides and ticks that can be read."""
    left, right = (log10(end(score.values for score in scores.values())) for end in (min, max))
    span = max(right - left, 0.1)
    edges = left - 0.13 * span, right + 0.22 * span
    steps = (
        round(digit * 10.0**power, 3) for power in range(-1, 9) for digit in (ROUND if span > 1 else FINE)
    )
    ticks = [int(step) if step == int(step) else step for step in steps if edges[0] < log10(step) < edges[1]]
    axes.set_xscale("log")
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.set_xticks([], minor=True)
    low, high = min(score.low for score in everything.values()), max(s.high for s in everything.values())
    axes.set(xlim=[10**edge for edge in edges], ylim=(low - 0.03, high + 0.03))
    axes.grid(alpha=0.25)


def draw_names(axes: Axes, scores: Mapping[str, Score], levels: Mapping[str, float]) -> None:
    """The names of the marks, the unbeaten in bold, each where nothing is covered."""
    (left, right), (low, high) = map(log10, axes.get_xlim()), axes.get_ylim()
    scale = WIDTH / (right - left), HEIGHT / (high - low)
    places = {
        name: ((log10(s.values) - left) * scale[0], (s.median - low) * scale[1]) for name, s in scores.items()
    }
    heights = {words: (median - low) * scale[1] for words, median in levels.items()}
    said = [(0.0, LETTER * len(words), up, up + LINE) for words, up in heights.items()]
    best = unbeaten(scores)
    for name, (across, up) in offsets(places, WIDTH, HEIGHT, said).items():
        where = {"xytext": (72 * across, 72 * up), "textcoords": "offset points"}
        where["ha"] = "right" if across < 0 else "left"
        where["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.75}
        where["arrowprops"] = {
            "arrowstyle": "-",
            "color": "0.6",
            "linewidth": 0.5,
            "shrinkA": 0,
            "shrinkB": 3,
        }
        point, weight = (scores[name].values, scores[name].median), "bold" if name in best else "normal"
        axes.annotate(name, point, va="center", fontweight=weight, **where)


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
