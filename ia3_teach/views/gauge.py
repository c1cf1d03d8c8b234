"""The gauge: factors on two sides of one product that cancel, beside the same factor on one side alone."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ia3_teach.annotated import numbers
from ia3_teach.views.phrases import about, joined
from ia3_teach.views.style import METHODS, QKV_COLOURS, describe, new_figure
from ia3_teach.wording import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Moves = Mapping[str, Sequence[float]]
CANCELLED = 1e-6  # logits that moved less moved by rounding


@numbers()
def plot_gauge(moves: Moves, factors: Sequence[float], factor: float) -> "Figure":
    """Left: key, query and product while c is `factor`. Right: how far the logits move, a cursor here.

    `moves` is {what is scaled: how far the logits move at each of `factors`}, such as "keys times c".
    Raises ValueError for a factor that was not tried.
    """
    if factor not in factors:
        raise ValueError(
            f"the logits were asked at c = {short(', '.join(map(str, factors)))}; found {short(factor)}"
        )
    figure, (left, right) = new_figure(height=2.7, columns=2)
    draw_sizes(left, factor, max(*factors, 1 / min(factors)))
    for place, (name, moved) in enumerate(moves.items()):
        look = {"color": list(METHODS.values())[place % 2]["color"], "linestyle": "--" if place % 2 else "-"}
        right.plot(factors, moved, marker="os^v"[place % 4], markersize=4, label=name, **look)
    right.axvline(factor, color="black", linewidth=1)
    right.set(xscale="log", xlabel="c", title="largest move of a logit")
    right.set_xticks(factors[::2], [f"{each:g}" for each in factors[::2]])
    right.minorticks_off()
    handles = right.get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=2, frameon=False)
    return describe(figure, gauge_in_words(moves, factors, factor))


def draw_sizes(axes: "Axes", factor: float, reach: float) -> None:
    """One channel's key, query and product, as factors of what they were."""
    for place, (name, size) in enumerate({"k": factor, "q": 1 / factor, "product": 1.0}.items()):
        axes.barh(place, size - 1, left=1, color=QKV_COLOURS.get(name, "black"), height=0.5)
        axes.text(reach * 1.15, place, f"× {size:.3g}", va="center")
    axes.axvline(1, color="0.4", linewidth=1)
    axes.set(xscale="log", xlim=(1 / reach / 1.1, reach * 1.1), title=f"one channel at c = {factor:g}")
    axes.set_yticks(range(3), ["key, times c", "query, over c", "their product"])
    axes.set_xticks([1 / reach, 1, reach], [f"{1 / reach:g}", "1", f"{reach:g}"])
    axes.minorticks_off()
    axes.invert_yaxis()


def gauge_in_words(moves: Moves, factors: Sequence[float], factor: float) -> str:
    """How far the logits move here, by what is scaled."""
    at = list(factors).index(factor)
    told = [
        f"{name}: by {about(moved[at])}" if moved[at] > CANCELLED else f"{name}: not, but for rounding"
        for name, moved in moves.items()
    ]
    sizes = f"At c = {factor:g} a key is × {factor:.3g}, its query × {1 / factor:.3g}."
    return f"{sizes} The logits move, {joined(told)}."
