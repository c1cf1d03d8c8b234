"""Pictures of lesson 02: one vector on four channels, on two axes, on a weight."""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ia3_teach.views.phrases import colour_word, times
from ia3_teach.views.scale import write_factors
from ia3_teach.views.style import SIGN_FLIPPED, colour_map, describe, heat, log2_scale, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_channels(y: Tensor, factors: Tensor) -> "Figure":
    """Each channel before (outline) and after (filled in the colour of its factor): both have shape (d,)."""
    figure, axes = new_figure(height=2.6)
    places = range(len(y))
    axes.bar(
        places,
        (factors * y).tolist(),
        width=0.5,
        color=factor_colours(factors),
        edgecolor="0.5",
        linewidth=0.5,
    )
    axes.bar(places, y.tolist(), width=0.75, fill=False, edgecolor="0.35", linestyle="--")
    axes.axhline(0, color="0.35", linewidth=0.8)
    for place, after in enumerate((factors * y).tolist()):
        above = after >= 0
        axes.annotate(
            f"{after:g}", (place, after), xytext=(0, 3 if above else -3), textcoords="offset points",
            ha="center", va="bottom" if above else "top", fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    axes.margins(y=0.12)
    axes.set_xticks(places, [f"channel {j}\n× {factor:g}" for j, factor in enumerate(factors.tolist())])
    axes.set_ylabel("activation")
    axes.set_title("dashed: y     filled: l ⊙ y")
    return describe(figure, channels_in_words(y, factors))


def channels_in_words(y: Tensor, factors: Tensor) -> str:
    """The products, channel by channel, with the colours of their bars."""
    told = (
        f"Channel {j}: {before:g} × {factor:g} = {before * factor:g}, {look}."
        for j, (before, factor) in enumerate(zip(y.tolist(), factors.tolist(), strict=True))
        for look in [colour_word(factor) if factor else "gone"]
    )
    return f"A bar for each of {len(y)} channels, before (dashed) and after (filled). {' '.join(told)}"


def factor_colours(factors: Tensor, limit: float = 2.0) -> list[Any]:
    """The colour of each factor: blue below 1, orange above; black where it is 0 or negative."""
    place = 0.5 + log2_scale(factors).clamp(-limit, limit) / (2 * limit)
    return [SIGN_FLIPPED if each != each else colour_map()(each) for each in place.tolist()]


def plot_two_axes(vector: Tensor) -> "Figure":
    """The factors that T = d tokens meet when a vector (d,) lies along the channels, and along the tokens."""
    along_channels = vector.expand(len(vector), -1)
    figure, panels = new_figure(height=2.4, columns=2)
    for axes, factors, title in zip(
        panels,
        (along_channels, along_channels.T),
        ("y * l   (each channel its factor)", "y * l[:, None]   (each token its factor)"),
        strict=True,
    ):
        draw_factors(axes, factors)
        axes.set_title(title)
        axes.set_xlabel("channel")
        axes.set_ylabel("token")
    told = times(vector)
    return describe(
        figure,
        f"Two grids of factors, {len(vector)} tokens by {len(vector)} channels. Left, y * l: the columns "
        f"have the factors {told}. Right, y * l[:, None]: the rows have them.",
    )


def draw_factors(axes: "Axes", factors: Tensor, limit: float = 2.0) -> None:
    """A heat map of factors, shape (rows, columns), with the numbers written in."""
    values = log2_scale(factors)
    heat(axes, values, limit)
    write_factors(axes, values, limit)
    axes.set_xticks(range(factors.shape[1]))
    axes.set_yticks(range(factors.shape[0]))


def plot_folded(l_out: Tensor, l_in: Tensor) -> "Figure":
    """By which factor each entry of W and b changes: side "out" (rows, bias) and side "in" (columns).

    l_out has shape (d_out,), l_in (d_in,); W has shape (d_out, d_in).
    """
    d_out, d_in = len(l_out), len(l_in)
    rows = torch.cat([l_out[:, None].expand(d_out, d_in), l_out[:, None]], dim=1)
    columns = torch.cat([l_in.expand(d_out, d_in), torch.ones(d_out, 1)], dim=1)
    figure, panels = new_figure(height=2.4, columns=2)
    titles = ('side "out": rows of W, and b', 'side "in": columns of W, b stays')
    for axes, factors, title in zip(panels, (rows, columns), titles, strict=True):
        draw_factors(axes, factors)
        axes.axvline(d_in - 0.5, color="black", linewidth=2)
        axes.set_xticks(range(d_in + 1), [*(f"in {i}" for i in range(d_in)), "b"])
        axes.set_yticks(range(d_out), [f"out {j}" for j in range(d_out)])
        axes.set_title(title)
    return describe(
        figure,
        f"Two grids of factors, {d_out} outputs by {d_in} inputs and a column for the bias. "
        f'Side "out": the rows have {times(l_out)}, bias included. '
        f'Side "in": the columns have {times(l_in)}, the bias has × 1.',
    )
