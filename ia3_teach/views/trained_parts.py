"""What a method trains: the frozen weight of a layer in pale cells, what is learned in dark ones.

Cells are entries, so that shapes are true, and where a part stands says what it does. Beside the weight, row
by row: it acts on the layer's outputs. Under it, column by column: it reads the inputs. Inside it: chosen
entries. Apart: neither, such as the inside of an adapter. Learned rows that come before those of the input
stand beside dotted cells, the keys or tokens that are there.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import nn

from ia3_teach.adapters import attach
from ia3_teach.layer import original, wrapped
from ia3_teach.recipe import Recipe
from ia3_teach.views.attention import grid
from ia3_teach.views.phrases import joined
from ia3_teach.views.style import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DARK, PALE, LINE, GAP = "#333333", "#ececec", "#b0b0b0", 1.3
LETTERS = {"gamma": "γ", "beta": "β", "theta": "θ", "alpha": "α", "delta": "δ", "weight": "w", "bias": "b"}
PANELS = 3  # in a line; more would be too narrow to read


@dataclass(frozen=True)
class Part:
    """One tensor beside a weight: its place is rows, columns, apart or tokens."""

    name: str
    height: int
    width: int
    place: str
    trained: bool = True
    stretch: int = 1  # rows, or columns, of the weight that one of its own covers


@dataclass(frozen=True)
class Layer:
    """The first layer that a recipe goes around: its weight (d_out, d_in), the parts, the chosen entries."""

    path: str
    d_out: int
    d_in: int
    parts: tuple[Part, ...]
    chosen: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many values are trained here."""
        return len(self.chosen) + sum(part.height * part.width for part in self.parts if part.trained)


def plot_trained(recipes: Mapping[str, Recipe], model: nn.Module) -> Figure:
    """A panel for each recipe, {name: recipe}, on a copy of a small model that stays as it is."""
    layers = {name: first_layer(model, recipe) for name, recipe in recipes.items()}
    lines = -(-len(layers) // PANELS)
    tallest = max(layer.d_out for layer in layers.values())
    figure, _ = grid(lines, min(PANELS, len(layers)), width=7.0, height=lines * (1.2 + 0.14 * tallest))
    for axes in figure.axes[len(layers) :]:
        axes.set_visible(False)
    ends = []
    for axes, (name, layer) in zip(figure.axes, layers.items(), strict=False):
        ends.append(draw_layer(axes, layer))
        axes.set_title(f"{name}: {layer.count} values")
    right, below = map(max, zip(*ends, strict=True))
    for axes in figure.axes:  # cells of one size
        axes.set(xlim=(-1.5, max(right, 15)), ylim=(below, -1.8), aspect="equal")
        axes.axis("off")
    return describe(figure, f"Pale cells are frozen, dark ones are trained. {layers_in_words(layers)}")


def first_layer(model: nn.Module, recipe: Recipe) -> Layer:
    """What a recipe puts around the first of its layers. Raises ValueError where it finds none."""
    twin = copy.deepcopy(model)
    attach(twin, recipe)
    path, place = next(iter(wrapped(twin).items()))
    adapter = place.adapters["default"]
    weight = original(place).weight
    turned = weight.dim() > 1 and isinstance(original(place), nn.Embedding)
    d_out, d_in = (*weight.shape, 1)[:2] if not turned else weight.shape[::-1]
    sizes = d_out, d_in, type(recipe).form
    index = getattr(adapter, "index", None)
    if index is not None:
        return Layer(path, d_out, d_in, (), tuple(index.tolist()))
    found = [shaped(name, tuple(value.shape), *sizes) for name, value in adapter.named_parameters()]
    still = [shaped(n, tuple(v.shape), *sizes, trained=False) for n, v in adapter.named_buffers()]
    return Layer(path, d_out, d_in, tuple([*found, *still]))


def shaped(name: str, shape: tuple[int, ...], d_out: int, d_in: int, form: str, trained: bool = True) -> Part:
    """Where a tensor of this shape stands; one of more than two dimensions is laid out flat.

    >>> shaped("gamma", (8,), 8, 6, "scale")
    Part(name='γ', height=8, width=1, place='rows', trained=True, stretch=1)
    >>> shaped("A", (2, 6), 8, 6, "add").place, shaped("P", (3, 6), 6, 6, "prepend").place
    ('columns', 'tokens')
    """
    name = LETTERS.get(name, name.split(".")[-1])
    height = shape[0]
    width = 1
    for size in shape[1:]:
        width *= size
    pairs = form == "rotate" and width == 1  # an angle turns two channels, or a few
    if form == "prepend":
        return Part(name, width, height, "tokens", trained)
    if height == d_out or (pairs and 2 * height == d_out):
        return Part(name, height, width, "rows", trained, d_out // height)
    if pairs and len(shape) == 2 and d_in % height == 0:
        return Part(name, width, height, "columns", trained, d_in // height)
    if width == d_in:
        return Part(name, height, width, "columns", trained)
    if width == d_out:  # it reads the outputs
        return Part(f"{name}ᵀ", width, height, "rows", trained)
    return Part(name, height, width, "apart", trained)


def draw_layer(axes: Axes, layer: Layer) -> tuple[float, float]:
    """The weight, and around it the parts; how far they reach to the right and down."""
    cells(axes, 0, 0, layer.d_out, layer.d_in, PALE)
    for place in layer.chosen:
        row, column = divmod(place, layer.d_in)
        cells(axes, column, row, 1, 1, DARK)
    axes.text(layer.d_in / 2, -0.5, "W", ha="center")
    right = apart = layer.d_in + GAP
    below = bottom = layer.d_out + GAP
    for part in layer.parts:
        colour = DARK if part.trained else PALE
        if part.place == "columns":
            cells(axes, 0, below, part.height, part.width, colour, (1, part.stretch))
            axes.text(-0.5, below + part.height / 2, part.name, ha="right", va="center")
            below += part.height + GAP
            continue
        top, left = (layer.d_out + GAP + 0.8, apart) if part.place == "apart" else (0, right)
        cells(axes, left, top, part.height, part.width, colour, (part.stretch, 1))
        axes.text(left + part.width / 2, top - 0.5, part.name, ha="center")
        if part.place == "apart":
            apart, bottom = apart + part.width + GAP, max(bottom, top + part.height)
        else:
            right += part.width + GAP
        if part.place == "tokens":
            cells(axes, right - GAP, 0, part.height, 3, "white", dashed=True)
            right += 3
    return max(right, apart), max(below, bottom)


def cells(
    axes: Axes,
    left: float,
    top: float,
    height: int,
    width: int,
    colour: str,
    stretch: tuple[int, int] = (1, 1),
    dashed: bool = False,
) -> None:
    """A grid of cells, one for each entry, each so high and so wide."""
    from matplotlib.patches import Rectangle

    look = {"facecolor": colour, "edgecolor": "white" if colour == DARK else LINE, "linewidth": 0.6}
    look |= {"linestyle": ":"} if dashed else {}
    high, wide = stretch
    for row in range(height):
        for column in range(width):
            axes.add_patch(Rectangle((left + column * wide, top + row * high), wide, high, **look))


def layers_in_words(layers: Mapping[str, Layer]) -> str:
    """Each method's parts with their shapes and places."""
    return " ".join(f"{name}: {'; '.join(told(layer))}." for name, layer in layers.items())


WHERE = {
    "rows": "beside the rows of W",
    "columns": "under the columns of W",
    "apart": "apart",
    "tokens": "before the tokens",
}


def told(layer: Layer) -> Iterator[str]:
    """The parts, those of a place together."""
    if layer.chosen:
        yield f"{len(layer.chosen)} entries inside W ({layer.d_out} x {layer.d_in})"
    for place, words in WHERE.items():
        mine = [part for part in layer.parts if part.place == place]
        names = [f"{p.name} {p.height} x {p.width}{'' if p.trained else ' (frozen)'}" for p in mine]
        if names:
            yield f"{joined(names)} {words}"
