"""Pictures of the dial of lesson 00: what l(λ) = 1 + λ (l - 1) does to a model's answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from ia3_teach.annotated import numbers
from ia3_teach.views.dial_grid import OTHER_WORDS, DialGrid
from ia3_teach.views.phrases import joined, rough
from ia3_teach.views.style import METHODS, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ANSWER_COLOURS = ("#c98ca7", "#2f4858", "#e4e4e4")


@numbers(row=0)
def plot_dial(grid: DialGrid, strength: float = 1.0, row: int = 0) -> "Figure":
    """Left: the model's answer at this setting. Right: its margin at every setting, with a cursor here."""
    figure, (left, right) = new_figure(height=2.6, columns=2)
    draw_answer(left, [*grid.words, OTHER_WORDS], grid.at(strength, row))
    left.set_title(f"the answer at λ = {strength:g}")
    draw_margin(right, grid, row)
    here = grid.margin(row)[list(grid.stops).index(strength)].item()
    right.axvline(strength, color="black", linewidth=1)
    right.plot([strength], [here], "o", color="black", markersize=8)
    right.set_title(f"margin at λ = {strength:g}: {here:+.1f}")
    figure.suptitle(wrapped_text(grid.texts[row], 96), fontsize=10)
    return describe(figure, f"The text: {grid.texts[row]} {setting_in_words(grid, strength, row)}")


def setting_in_words(grid: DialGrid, strength: float, row: int) -> str:
    """The bars and the cursor at one setting, and the two ends of the margin's line."""
    chances = zip([*grid.words, OTHER_WORDS], grid.at(strength, row), strict=True)
    bars = joined([f"{word} {rough(100 * chance, 0)} %" for word, chance in chances])
    margin = dict(zip(grid.stops, grid.margin(row).tolist(), strict=True))
    first, last = grid.stops[0], grid.stops[-1]
    return (
        f"Left, the answer at λ = {strength:g}: {bars}. Right, the margin of {grid.words[-1]} over "
        f"{grid.words[0]}: {rough(margin[first], 1)} at λ = {first:g}, {rough(margin[strength], 1)} at the "
        f"cursor, {rough(margin[last], 1)} at λ = {last:g}."
    )


def draw_answer(axes: "Axes", words: Sequence[str], chances: Sequence[float]) -> None:
    """One bar per word, with its chance in percent."""
    places = range(len(words))
    axes.barh(places, chances, color=ANSWER_COLOURS[: len(words)])
    axes.set_yticks(places, words)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.18)
    axes.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    for place, chance in zip(places, chances, strict=True):
        axes.text(chance + 0.02, place, f"{100 * chance:.0f} %", va="center")


def draw_margin(axes: "Axes", grid: DialGrid, row: int) -> None:
    """The margin over λ; above the line the last word wins, below it the first."""
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.plot(grid.stops, grid.margin(row), **METHODS["IA3"], markersize=4)
    limit = 1.15 * max(1.0, max(grid.margin(i).abs().max().item() for i in range(len(grid.texts))))
    axes.set_ylim(-limit, limit)
    for height, word, side in ((0.97, grid.words[-1], "top"), (0.03, grid.words[0], "bottom")):
        axes.text(0.02, height, f"{word} wins", transform=axes.transAxes, va=side, color="0.35")
    mark_stops(axes, grid.stops)


def mark_stops(axes: "Axes", stops: Sequence[float]) -> None:
    """A tick at every whole setting; two of them are models that one knows."""
    names = {0: "0\nfrozen", 1: "1\ntrained"}
    whole = [int(stop) for stop in stops if stop == int(stop)]
    axes.set_xticks(whole, [names.get(stop, str(stop)) for stop in whole])
    axes.set_xlabel("λ")


def plot_answers(grid: DialGrid, truths: Sequence[str]) -> "Figure":
    """For each text how the chances share the height at every λ, so that a change of mind is a crossing."""
    lines = (len(grid.texts) + 1) // 2
    figure, _ = new_figure(height=2.1 * lines + 0.4, columns=1)
    figure.clear()
    panels = figure.subplots(lines, 2, sharex=True, sharey=True, squeeze=False).flatten()
    for axes, row in zip(panels, range(len(grid.texts)), strict=False):
        draw_shares(axes, grid, row)
        axes.set_title(f"{wrapped_text(grid.texts[row], 50)}\n(truth: {truths[row]})", fontsize=9)
        axes.label_outer()
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    told = (f"{text} {winners_in_words(grid, row).capitalize()}." for row, text in enumerate(grid.texts))
    return describe(figure, f"For each text, which answer is the likeliest along the dial. {' '.join(told)}")


def winners_in_words(grid: DialGrid, row: int) -> str:
    """The likeliest answer from stop to stop, each stretch of one answer told once."""
    words, told = [*grid.words, OTHER_WORDS], []
    for strength in grid.stops:
        chances = grid.at(strength, row)
        winner = words[chances.index(max(chances))]
        if not told or told[-1][0] != winner:
            told.append((winner, strength))
    return ", ".join(f"{word} from λ = {strength:g}" for word, strength in told)


def draw_shares(axes: "Axes", grid: DialGrid, row: int) -> None:
    """The chances at every λ, stacked to a height of 1."""
    shares = torch.tensor([grid.at(strength, row) for strength in grid.stops]).T
    axes.stackplot(grid.stops, shares, labels=[*grid.words, OTHER_WORDS], colors=ANSWER_COLOURS)
    for strength in (0, 1):
        axes.axvline(strength, color="white", linestyle=":", linewidth=1.5)
    axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    axes.margins(0)
    mark_stops(axes, grid.stops)


@numbers()
def plot_accuracy(stops: Sequence[float], accuracies: Sequence[float], guessing: float = 0.5) -> "Figure":
    """The share of right answers at each stop; the grey line is what guessing reaches."""
    figure, axes = new_figure(height=2.3)
    axes.axhline(guessing, color="0.6", linewidth=0.8)
    axes.text(max(stops), guessing - 0.03, "guessing", va="top", ha="right", color="0.35")
    axes.plot(stops, accuracies, **METHODS["IA3"])
    axes.set_ylim(0, 1.06)
    axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    axes.set_title("test texts answered rightly")
    mark_stops(axes, stops)
    told = joined(
        [f"{rough(100 * share, 0)} % at λ = {stop:g}" for stop, share in zip(stops, accuracies, strict=True)]
    )
    return describe(
        figure,
        f"The share of test texts that are answered rightly: {told}. Guessing gives {100 * guessing:.0f} %.",
    )


def wrapped_text(text: str, width: int) -> str:
    """The text in lines of at most `width` characters."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width))
