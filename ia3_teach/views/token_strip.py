"""Picture of lesson 10: which tokens of an example are learned, and which are only read."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ia3_teach.views.phrases import joined
from ia3_teach.views.style import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Piece = tuple[str, bool]  # a token's text, and whether it has a label
READ, LEARNED = ("#dcdcdc", "black"), ("#404040", "white")
WIDTH = 84  # characters in a line
GAP = 0.7


def visible(text: str) -> str:
    """A token as it can be read in a box: spaces and ends of lines have signs.

    >>> visible(" Anna"), visible(chr(10))
    ('·Anna', '↵')
    """
    return text.replace("\n", "↵").replace(" ", "·") or "?"


def places(pieces: Sequence[Piece]) -> list[tuple[int, float]]:
    """The line and the left edge of each token's box, wrapped at WIDTH characters.

    >>> places([("ab", True), ("c", True)])
    [(0, 0.0), (0, 3.7)]
    """
    found: list[tuple[int, float]] = []
    line, left = 0, 0.0
    for text, _ in pieces:
        size = len(visible(text)) + 1
        if left + size > WIDTH:
            line, left = line + 1, 0.0
        found.append((line, left))
        left += size + GAP
    return found


def plot_tokens(examples: Mapping[str, Sequence[Piece]]) -> "Figure":
    """Each example as a strip of its tokens under its name: dark ones are learned, light ones only read."""
    lines = {name: 1 + max(line for line, _ in places(pieces)) for name, pieces in examples.items()}
    height = sum(lines.values()) + len(lines) + 1
    figure, axes = new_figure(height=0.27 * height + 0.1)
    top = 0.0
    for name, pieces in examples.items():
        axes.text(0, top + 0.5, name, va="center")
        draw_strip(axes, pieces, top + 1)
        top += lines[name] + 1
    draw_strip(axes, [("read only: label -100", False), ("learned: label = token", True)], top + 0.3)
    axes.set_xlim(-0.5, WIDTH + 0.5)
    axes.set_ylim(top + 1.5, 0)
    axes.axis("off")
    return describe(figure, strips_in_words(examples))


def strips_in_words(examples: Mapping[str, Sequence[Piece]]) -> str:
    """Of each example how many tokens it has, and which of them are learned."""
    strips = [
        f"{name}: {len(pieces)} tokens, learned {runs_of_learned(pieces)}"
        for name, pieces in examples.items()
    ]
    return f"Strips of tokens, dark where they are learned. {'; '.join(strips)}."


def runs_of_learned(pieces: Sequence[Piece]) -> str:
    """The places of the learned tokens, counted from 1, as ranges.

    >>> runs_of_learned([("a", False), ("b", True), ("c", True)])
    '2 to 3'
    """
    starts, ends = [], []
    marks = [False, *(learned for _, learned in pieces), False]
    for place, (before, after) in enumerate(zip(marks, marks[1:], strict=False)):
        if after and not before:
            starts.append(place + 1)
        if before and not after:
            ends.append(place)
    runs = [
        f"{start} to {end}" if end > start else f"{start}" for start, end in zip(starts, ends, strict=True)
    ]
    return joined(runs) if runs else "none"


def draw_strip(axes: "Axes", pieces: Sequence[Piece], top: float) -> None:
    """The boxes of one example, from the line `top` downwards."""
    for (text, learned), (line, left) in zip(pieces, places(pieces), strict=True):
        colour, ink = LEARNED if learned else READ
        shown = visible(text) if len(text) < 20 else text
        size = len(shown) + 1
        axes.broken_barh([(left, size)], (top + line + 0.1, 0.8), facecolor=colour)
        axes.text(
            left + size / 2, top + line + 0.52, shown, color=ink,
            ha="center", va="center", family="monospace", fontsize=9,
        )  # fmt: skip
