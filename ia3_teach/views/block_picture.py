"""Picture of one transformer block: its boxes, its two halves, and the three vectors on their arrows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ia3_teach.views.phrases import joined
from ia3_teach.views.plain_figure import FORMULA
from ia3_teach.views.style import QKV_COLOURS, describe, new_figure, text_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Boxes of the block: name -> (column, row); arrows run from the first name to the second.
BOXES = {
    "x": (0, 1), "query": (1.05, 2), "key": (1.05, 1), "value": (1.05, 0), "softmax": (2.3, 1.5),
    "sum": (3.25, 0.75), "W_O": (4.22, 0.75), "W_1": (5.35, 0.75), "GELU": (6.2, 0.75), "W_2": (7.3, 0.75),
}  # fmt: skip
ARROWS = (
    ("x", "query"), ("x", "key"), ("x", "value"), ("query", "softmax"), ("key", "softmax"),
    ("softmax", "sum"), ("value", "sum"), ("sum", "W_O"), ("W_O", "W_1"), ("W_1", "GELU"), ("GELU", "W_2"),
)  # fmt: skip
VECTORS = {("key", "softmax"): "k", ("value", "sum"): "v", ("GELU", "W_2"): "ff"}
NAMES = {"softmax": "softmax\nof q·k", "sum": "weighted\nsum"}
PLAIN_NAMES = {
    "softmax": "compare", "sum": "mix the\nvalues", "W_O": "mix\nchannels",
    "W_1": "widen", "GELU": "bend", "W_2": "narrow",
}  # fmt: skip
# The halves of a block: their left and right ends, and what they are called.
HALVES = {
    (0.55, 4.75): "attention: tokens look at tokens",
    (4.87, 7.75): "feed-forward: each token by itself",
}


def plot_block(plain: bool = False) -> "Figure":
    """One block as boxes and arrows, with the three vectors on the arrows whose numbers they multiply.

    The boxes bear the names of the layers, or say in plain words what they do.
    """
    figure, axes = new_figure(width=7.0, height=2.7)
    names = PLAIN_NAMES if plain else NAMES
    for (left, right), label in HALVES.items():
        axes.axvspan(left, right, color="0.95", linewidth=0)
        axes.text((left + right) / 2, 2.55, label, ha="center", va="center", color="0.3")
    drawn = {name: draw_box(axes, place, names.get(name, name)) for name, place in BOXES.items()}
    for start, end in ARROWS:
        style = {"arrowstyle": "-|>", "color": "0.5", "patchA": drawn[start], "patchB": drawn[end]}
        axes.annotate("", xy=BOXES[end], xytext=BOXES[start], arrowprops=style)
    for (start, end), kind in VECTORS.items():
        draw_vector(axes, BOXES[start], BOXES[end], kind)
    axes.set(xlim=(-0.3, 7.8), ylim=(-0.45, 2.8))
    axes.axis("off")
    return describe(figure, block_in_words(names))


def block_in_words(names: Mapping[str, str]) -> str:
    """The arrows from each box in turn, and the two boxes between which each vector sits."""
    called = {name: names.get(name, name).replace("\n", " ") for name in BOXES}
    ends = {start: [called[end] for first, end in ARROWS if first == start] for start, _ in ARROWS}
    arrows = "; ".join(f"{called[start]} to {joined(to)}" for start, to in ends.items())
    places = [f"l_{kind} between {called[a]} and {called[b]}" for (a, b), kind in VECTORS.items()]
    return (
        f"A block in two halves. {'. '.join(HALVES.values())}. Arrows: {arrows}. Vectors: {joined(places)}."
    )


def draw_box(axes: "Axes", place: Sequence[float], label: str) -> Any:
    """A label in a box; the box is where arrows begin and end."""
    look = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": "0.35"}
    return axes.text(*place, label, ha="center", va="center", bbox=look).get_bbox_patch()


def draw_vector(axes: "Axes", start: Sequence[float], end: Sequence[float], kind: str) -> None:
    """The vector's name on its arrow, in its colour."""
    column, row = (0.52 * a + 0.48 * b for a, b in zip(start, end, strict=True))
    box = {"boxstyle": "circle,pad=0.2", "facecolor": QKV_COLOURS[kind], "edgecolor": "none"}
    look = {"color": text_on(QKV_COLOURS[kind]), "ha": "center", "va": "center", "fontsize": 11}
    axes.text(column, row, f"$l_{{{kind}}}$", bbox=box, gid=FORMULA, **look)
