"""How far each head of each layer moved, compared with its layer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.course.lesson.controls import head_sizes
from ia3_teach.views.phrases import rough
from ia3_teach.views.style import beside, describe, scale_bar

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LIMIT = 1.0  # greys end at half and at twice the layer's own


@numbers(n_heads=1)
def plot_heads(values: Mapping[str, Tensor], n_heads: int) -> "Figure":
    """A panel per entry, a square per head: its root mean square of l - 1 over that of its whole layer.

    The darker, the farther, on a log2 scale: here a colour would say up or down, and a size has no direction.
    Shapes: values {title: (n_layers, d)}.
    """
    figure, panels = beside(len(values), height=3.0)
    looks = {"cmap": "Greys", "vmin": -LIMIT, "vmax": LIMIT, "aspect": "auto", "interpolation": "nearest"}
    for axes, (title, l) in zip(panels, values.items(), strict=True):
        image = axes.imshow(against_layer(l, n_heads).log2().numpy(), **looks)
        axes.spines[["top", "right"]].set_visible(True)
        axes.set(title=title, xlabel="head")
        axes.label_outer()
    panels[0].set_ylabel("block")
    scale_bar(figure, image, panels, LIMIT)
    return describe(figure, heads_in_words(values, n_heads))


def against_layer(l: Tensor, n_heads: int) -> Tensor:
    """The size of each head's movement over that of its layer, (n_layers, d) -> (n_layers, n_heads).

    >>> against_layer(torch.tensor([[2.0, 2.0, 2.0, 2.0]]), 2).tolist()
    [[1.0, 1.0]]
    """
    return head_sizes(l, n_heads) / head_sizes(l, 1)


def heads_in_words(values: Mapping[str, Tensor], n_heads: int) -> str:
    """Between which sizes nine of ten heads of each panel lie."""
    told = []
    for title, l in values.items():
        low, high = against_layer(l, n_heads).flatten().quantile(torch.tensor([0.05, 0.95])).tolist()
        told.append(f"{title}: nine of ten heads between × {rough(low)} and × {rough(high)}")
    size = f"{len(next(iter(values.values())))} blocks by {n_heads} heads"
    return f"Heat maps, {size}: how far a head moved, over its block. {'; '.join(told)}."
