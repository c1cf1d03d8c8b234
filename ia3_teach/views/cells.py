"""What makes a small heat map legible: numbers in its cells, indices at its edges, a ring at one entry."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_COLUMNS, MOST_ROWS = 6, 9  # of a map a third of a page wide whose numbers can still be read
MOST_TICKS = 12


def fits(values: Tensor) -> bool:
    """Whether the numbers of a matrix find room in its cells."""
    return values.shape[0] <= MOST_ROWS and values.shape[1] <= MOST_COLUMNS


def write_numbers(axes: "Axes", words: Sequence[Sequence[str]]) -> None:
    """Put a word into each cell, black or white, whichever can be read on its colour."""
    image = axes.images[0]
    colours = image.cmap(image.norm(image.get_array()))
    for row, line in enumerate(words):
        for column, word in enumerate(line):
            red, green, blue, _ = colours[row, column]
            light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
            axes.text(column, row, word, ha="center", va="center", color="black" if light > 0.2 else "white")


def write_indices(axes: "Axes", shape: Sequence[int]) -> None:
    """Ticks that name the entries of a tensor of this shape: its last index below, the others on the left.

    Where there is no room for all, only the first and the last are named.
    """
    *outer, width = shape
    height = 1
    for size in outer:
        height *= size
    columns, rows = (range(n) if n <= MOST_TICKS else (0, n - 1) for n in (width, height))
    axes.set_xticks(list(columns), [str(column) for column in columns])
    axes.set_yticks(list(rows), [outer_index(row, outer) for row in rows])


def outer_index(row: int, outer: Sequence[int]) -> str:
    """The leading indices of a row, where all but the last dimension were laid one after another.

    >>> outer_index(7, [3, 3]), outer_index(2, [4]), outer_index(0, [])
    ('2, 1', '2', '')
    """
    found: list[str] = []
    for size in reversed(outer):
        row, index = divmod(row, size)
        found.insert(0, str(index))
    return ", ".join(found)


def ring(axes: "Axes", row: int, column: int) -> None:
    """Mark one entry, on whatever colour."""
    place = {"s": 320, "facecolors": "none", "clip_on": False, "zorder": 5}
    axes.scatter([column], [row], edgecolors="white", linewidths=3.5, **place)
    axes.scatter([column], [row], edgecolors="black", linewidths=1.5, **place)
