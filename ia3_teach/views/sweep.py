"""Several methods, each swept over its own learning rates, and how far IA3's vectors came at each rate."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ia3_teach.annotated import numbers
from ia3_teach.views.curves import finish, line_style, log_ticks
from ia3_teach.views.levels import draw_level
from ia3_teach.views.phrases import rough, trend
from ia3_teach.views.style import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def best_rate(scores: Mapping[float, float]) -> float:
    """The rate with the highest score; of several, the lowest.

    >>> best_rate({0.01: 0.7, 0.1: 0.9, 1.0: 0.9})
    0.1
    """
    return max(sorted(scores), key=scores.get)


@numbers()
def plot_sweep(
    sweeps: Mapping[str, Mapping[float, float]], moves: Mapping[float, float], reach: float
) -> "Figure":
    """Left: accuracy by learning rate, the best point of each method ringed.

    Right: the largest |l - 1| at each of IA3's rates, and rate * reach, which bounds it.
    """
    figure, (left, right) = new_figure(width=7, height=3, columns=2)
    for place, (name, scores) in enumerate(sweeps.items()):
        draw_sweep(left, name, place, scores)
    draw_level(left, 0.5)
    left.set_ylim(0.15, 1.12)
    log_ticks(left, sorted({10.0 ** round_down(rate) for scores in sweeps.values() for rate in scores}))
    finish(left, "learning rate", "validation accuracy", "ringed: the best of each")
    left.legend(frameon=False, loc="lower left")
    bound = [rate * reach for rate in moves]
    right.plot(list(moves), bound, color="0.4", linestyle=":", label="rate × half of the steps")
    right.plot(list(moves), list(moves.values()), label="largest |l - 1|", **line_style("IA3", 0))
    right.set_yscale("log")
    log_ticks(right, sorted({10.0 ** round_down(rate) for rate in moves}))
    finish(right, "learning rate", "distance from 1", "how far the vectors came")
    return describe(figure, f"{sweeps_in_words(sweeps)} Right: {moves_in_words(moves, reach)}")


def sweeps_in_words(sweeps: Mapping[str, Mapping[float, float]]) -> str:
    """Where each method is at its best.

    >>> sweeps_in_words({"IA3": {0.01: 0.5, 0.1: 0.9}})
    'Left: validation accuracy over the learning rate; IA3 is best at ≈ 0.1 with ≈ 0.90.'
    """
    best = {name: best_rate(scores) for name, scores in sweeps.items()}
    told = "; ".join(
        f"{name} is best at ≈ {rate:g} with {rough(sweeps[name][rate])}" for name, rate in best.items()
    )
    return f"Left: validation accuracy over the learning rate; {told}."


def moves_in_words(moves: Mapping[float, float], reach: float) -> str:
    """How the furthest entry runs along the rates, and whether it stays below its bound."""
    within = all(move <= rate * reach for rate, move in moves.items())
    bound = "never beyond" if within else "at some rates beyond"
    return f"the largest distance of an entry from 1 {trend(list(moves.values()))}, {bound} the dotted bound."


def draw_sweep(axes: "Axes", name: str, place: int, scores: Mapping[float, float]) -> None:
    """One method's line, and a ring with the rate around its best point."""
    look = line_style(name, place)
    axes.plot(list(scores), list(scores.values()), label=name, markersize=5, **look)
    best = best_rate(scores)
    ring = {"marker": "o", "markersize": 13, "markerfacecolor": "none", "markeredgecolor": look["color"]}
    axes.plot([best], [scores[best]], linestyle="", **ring)
    above = (0, 10)
    axes.annotate(
        f"{best:g}", (best, scores[best]), above, textcoords="offset points", ha="center", color=look["color"]
    )


def round_down(rate: float) -> int:
    """The exponent of the power of ten at or below a rate.

    >>> [round_down(rate) for rate in (0.001, 0.03, 1.0)]
    [-3, -2, 0]
    """
    return int(f"{rate:e}".partition("e")[2])
