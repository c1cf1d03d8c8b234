"""Pictures of what happens inside one block: attention before and after, values, inner activations."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor

from ia3_teach.views.phrases import joined, rough, shares_of_colours
from ia3_teach.views.style import beside, describe, heat, log2_scale, new_figure, symmetric_limit

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_attention(before: Tensor, after: Tensor, titles: Sequence[str], tokens: Sequence[str]) -> "Figure":
    """Before, after and difference of n attention maps, one column each; both have shape (n, T, T).

    Grey is the weight, from 0 to 1; in the difference orange gained and blue lost.
    """
    figure, rows = grid(3, len(titles), width=7.0, height=5.4 if len(titles) < 5 else 4.0)
    change = after - before
    limit = max(0.05, change.abs().max().item())
    for column, title in enumerate(titles):
        for line, maps in enumerate((before, after)):
            grey = rows[line][column].imshow(maps[column].numpy(), cmap="Greys", vmin=0, vmax=1)
        orange = heat(rows[2][column], change[column], limit)
        rows[0][column].set_title(title)
    for axes in rows.flatten():
        axes.set(xticks=[], yticks=[], aspect="equal")
        axes.spines[:].set_visible(True)
    for axes, name in zip(rows[:, 0], ("before", "after", "difference"), strict=True):
        axes.set_ylabel(name)
    label_tokens(rows, tokens)
    figure.colorbar(grey, ax=rows[:2], label="weight")
    figure.colorbar(orange, ax=rows[2], label="change")
    return describe(figure, attention_in_words(before, after, titles, len(tokens)))


def attention_in_words(before: Tensor, after: Tensor, titles: Sequence[str], n_tokens: int) -> str:
    """How sharp each map is, as the mean of its rows' largest weights, and its largest change."""
    told = [
        f"{title}: {rough(one.amax(-1).mean().item())} before, {rough(other.amax(-1).mean().item())} after, "
        f"no weight moves by more than {rough((other - one).abs().max().item())}"
        for title, one, other in zip(titles, before, after, strict=True)
    ]
    return (
        f"{len(titles)} maps of attention among {n_tokens} tokens, before, after, and the difference. "
        f"The largest weight of a row, on average: {'; '.join(told)}."
    )


def label_tokens(rows: Any, tokens: Sequence[str]) -> None:
    """The words that look, beside the first map of each row, and those looked at, below the last row.

    All maps have the same order. Every second word is named, in small maps every third, to be readable.
    """
    named = range(0, len(tokens), 2 if len(rows[0]) < 5 else 3)
    words = [tokens[place] for place in named]
    for first in rows[:, 0]:
        first.set_yticks(named, words)
    for last in rows[-1]:
        last.set_xticks(named, words, rotation=90)


def grid(lines: int, columns: int, width: float, height: float, **more: Any) -> tuple["Figure", Any]:
    """A figure with lines x columns axes."""
    figure, _ = new_figure(width=width, height=height)
    figure.clear()
    return figure, figure.subplots(lines, columns, squeeze=False, **more)


def plot_norms(norms: Mapping[str, Tensor], tokens: Sequence[str]) -> "Figure":
    """The length of each token's value in each head: a map (n_heads, T) per title, in one scale."""
    figure, columns = beside(len(norms), height=2.4)
    top = max(norm.max().item() for norm in norms.values())
    for axes, (title, norm) in zip(columns, norms.items(), strict=True):
        grey = axes.imshow(norm.numpy(), cmap="Greys", vmin=0, vmax=top, aspect="auto")
        axes.set(title=title, yticks=range(len(norm)))
        axes.set_xticks(range(len(tokens)), tokens, rotation=90)
    columns[0].set_ylabel("head")
    figure.colorbar(grey, ax=columns, label="length of the value")
    told = (
        f"{title}: {joined([f'head {head} {rough(row.mean().item(), 1)}' for head, row in enumerate(norm)])}."
        for title, norm in norms.items()
    )
    return describe(figure, f"The length of each token's value in each head; on average, {' '.join(told)}")


def plot_inner(before: Tensor, factors: Tensor, after: Tensor, tokens: Sequence[str]) -> "Figure":
    """Inner activations (T, channels), the factors (channels,), and the result, top to bottom.

    The darkest grey is reached by 1 % of the entries, so that one loud channel does not bleach the rest.
    """
    figure, panels = grid(3, 1, width=7.0, height=5.2, height_ratios=[5, 1, 5])
    top, middle, bottom = panels.flatten()
    darkest = max(before.quantile(0.99).item(), after.quantile(0.99).item())
    for axes, part, title in ((top, before, "after GELU"), (bottom, after, "times l_ff")):
        grey = axes.imshow(part.numpy(), cmap="Greys", vmin=0, vmax=darkest, aspect="auto")
        axes.set_yticks(range(len(tokens)), tokens)
        axes.set(title=title, xticks=[])
        figure.colorbar(grey, ax=axes, label="activation", extend="max")
    logs = log2_scale(factors)[None]
    limit = symmetric_limit(logs)
    bar = figure.colorbar(heat(middle, logs, limit), ax=middle, ticks=[-limit, 0, limit])
    bar.ax.set_yticklabels([f"× {2**tick:.2g}" for tick in bar.get_ticks()])
    middle.set(title="l_ff", yticks=[], xticks=[])
    bottom.set_xlabel("inner channel")
    return describe(figure, inner_in_words(before, factors, after))


def inner_in_words(before: Tensor, factors: Tensor, after: Tensor) -> str:
    """How loud the activations are above and below the factors, and the factors' range and colours."""
    loud, louder = (rough(part.max().item(), 1) for part in (before, after))
    return (
        f"{before.shape[0]} tokens by {before.shape[1]} inner channels: activations up to {loud}; "
        f"factors from × {rough(factors.min().item(), 1)} to × {rough(factors.max().item(), 1)}, "
        f"{shares_of_colours(factors)}; their products up to {louder}."
    )
