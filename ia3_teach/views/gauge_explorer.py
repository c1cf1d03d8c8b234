"""A slider over a gauge: a factor that the keys gain and the queries lose."""

from collections.abc import Sequence

from ia3_teach.annotated import numbers
from ia3_teach.views.controls import Control, Controlled
from ia3_teach.views.gauge import Moves, gauge_in_words, plot_gauge


@numbers()
def explore_gauge(moves: Moves, factors: Sequence[float], first: float = 2.0) -> Controlled:
    """{what is scaled: how far the logits move at each of `factors`}; the slider looks them up."""
    return Controlled(
        lambda factor: plot_gauge(moves, factors, factor),
        lambda factor: gauge_in_words(moves, factors, factor),
        [Control("c", {f"{factor:g}": factor for factor in factors}, f"{first:g}")],
    )
