"""The tails of a distribution of factors, beside those of a normal with the same mean and width."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.course.lesson.reading import flat
from ia3_teach.views.heat_map import colour_of
from ia3_teach.views.phrases import rough, span
from ia3_teach.views.style import beside, describe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BINS = 60


def plot_tails(values: Mapping[str, Tensor]) -> "Figure":
    """A panel per kind: how many entries lie in each narrow range, on a logarithmic scale, beside a normal.

    The normal has the same mean and standard deviation; what it would have less than half of is not drawn.
    Beyond the dotted line at 0 signs are flipped. Shapes: values {"l_k": (n_layers, d), ...}.
    """
    every = flat(values)
    edges = torch.linspace(min(0.0, every.min().item()), every.max().item(), BINS + 1)
    figure, panels = beside(len(values), height=2.8)
    for axes, (kind, l) in zip(panels, values.items(), strict=True):
        axes.hist(l.flatten().numpy(), edges.numpy(), color=colour_of(kind), log=True)
        middles, counts = normal_counts(l, edges)
        axes.plot(middles, counts, color="black", linestyle="--", linewidth=1.4, label="normal")
        axes.axvline(1, color="black", linewidth=0.8)
        axes.axvline(0, color="0.4", linestyle=":", linewidth=1)
        axes.set(title=kind, xlabel="factor", ylim=(0.5, 2e5))
        axes.label_outer()
    panels[0].set_ylabel("entries, logarithmic")
    dashed, _ = panels[0].get_legend_handles_labels()
    name = "a normal of the same mean and width"
    figure.legend(dashed[:1], [name], loc="outside lower center", frameon=False)
    return describe(figure, f"Histograms of the factors on a logarithmic scale. {tails_in_words(values)}")


def normal_counts(l: Tensor, edges: Tensor) -> tuple[list[float], list[float]]:
    """The middles of the ranges between `edges`, and a normal's numbers of entries there; NaN for few."""
    normal = torch.distributions.Normal(l.mean().double(), l.std().double())
    counts = l.numel() * normal.cdf(edges.double()).diff()
    middles = (edges[1:] + edges[:-1]) / 2
    return middles.tolist(), torch.where(counts < 0.5, torch.nan, counts).tolist()


def tails_in_words(values: Mapping[str, Tensor]) -> str:
    """How far the entries of each kind reach, and where a normal of so many entries would end."""
    told = []
    for kind, l in values.items():
        mean, width = l.mean().item(), l.std().item()
        most = torch.distributions.Normal(0.0, 1.0).icdf(torch.tensor(1 - 0.5 / l.numel())).item()
        told.append(
            f"{kind}: {span(l.flatten().tolist())}, where a normal of the same mean and width "
            f"would end near {rough(mean - most * width, 1)} and {rough(mean + most * width, 1)}"
        )
    return f"{'; '.join(told)}."
