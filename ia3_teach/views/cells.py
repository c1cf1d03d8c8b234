"""What makes a small heat map legible: numbers in its cells, indices at its edges, a mark at one entry."""

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
    size = 9 if len(words[0]) <= 4 else 8
    for row, line in enumerate(words):
        for column, word in enumerate(line):
            red, green, blue, _ = colours[row, column]
            light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
            look = {"color": "black" if light > 0.2 else "white", "fontsize": size}
            axes.text(column, row, word, ha="center", va="center", **look)


def five_letters(value: float) -> str:
    """A number as a cell has room for it: two digits, or one and a power of ten.

    >>> five_letters(-0.123), five_letters(1234.5), five_letters(-0.000123), five_letters(float("-inf"))
    ('-0.12', '1e3', '-1e-4', '-inf')
    """
    text = f"{value:.2g}"
    if len(text) <= 5:
        return text
    digit, power = f"{value:.0e}".split("e")
    return f"{digit}e{int(power)}"


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


def mark(axes: "Axes", row: int, column: int) -> None:
    """Mark one entry, on any colour: a frame around a cell with a number, a ring where cells are small."""
    from matplotlib.patches import Rectangle

    for colour, width in (("white", 3.5), ("black", 1.5)):
        look = {"edgecolor": colour, "facecolor": "none", "clip_on": False, "zorder": 5}
        if fits(axes.images[0].get_array()):
            axes.add_patch(Rectangle((column - 0.5, row - 0.48), 1, 0.96, linewidth=width, **look))
        else:
            axes.scatter([column], [row], s=320, linewidths=width, **look)
