"""Tables of numbers as pictures: how alike adapters are, and what their mixtures can do."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.views.panel_grid import grid_of_panels
from ia3_teach.views.phrases import joined, rough
from ia3_teach.views.style import describe, heat

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAGE, LETTER, SQUARE = 7.0, 0.07, 0.28  # inches: a page, a letter of the names beside a table, one square
FEW = 20  # numbers that are all told; of more, the largest and the smallest


@numbers()
def plot_numbers(
    tables: Mapping[str, Tensor], rows: Sequence[str], columns: Sequence[str], centre: float, reach: float
) -> "Figure":
    """A panel per table, each number written into its square in hundredths; a square of NaN stays empty.

    White is `centre`; blue ends at `centre - reach`, orange at `centre + reach`. As many tables stand beside
    each other as a page takes, the others below. Shapes: tables {title: (len(rows), len(columns))}.
    """
    figure, panels = tables_beside(len(tables), rows, len(columns))
    for axes, (title, table) in zip(panels, tables.items(), strict=True):
        strength = ((table - centre) / reach).nan_to_num(0)
        heat(axes, strength, limit=1)
        write_hundredths(axes, table, strength)
        axes.set_title(title)
        axes.set_xticks(range(len(columns)), columns, rotation=90)
        axes.set_yticks([])
        if axes.get_subplotspec().is_first_col():
            axes.set_yticks(range(len(rows)), rows)
        axes.tick_params(length=0)
    figure.supxlabel("hundredths", fontsize=9, color="0.35")
    told = [f"{title}: {table_in_words(table, rows, columns)}" for title, table in tables.items()]
    return describe(figure, f"Tables of numbers in hundredths. {'; '.join(told)}.")


def tables_beside(count: int, rows: Sequence[str], columns: int) -> tuple["Figure", list["Axes"]]:
    """A figure for tables of this size, no wider than a page, with room for the letters in every square."""
    names, each = 0.4 + LETTER * max(map(len, rows)), max(1.2, SQUARE * columns)
    across = max(1, min(count, int((PAGE - names) / each)))
    lines = -(-count // across)
    return grid_of_panels(count, across, names + across * each, 0.3 + lines * (1.3 + 0.27 * len(rows)))


def table_in_words(table: Tensor, rows: Sequence[str], columns: Sequence[str]) -> str:
    """Every number of a small table; of a large one the ends, without what stands beside itself.

    >>> import torch
    >>> table_in_words(torch.tensor([[1.0, 0.5]]), ["a"], ["a", "b"])
    'a with a ≈ 100 and a with b ≈ 50'
    """
    written = {
        f"{rows[row]} with {columns[column]}": 100 * table[row, column].item()
        for row, column in (~table.isnan()).nonzero().tolist()
        if table.numel() <= FEW or rows[row] != columns[column]
    }
    told = [f"{pair} {rough(value, 0)}" for pair, value in written.items()]
    if table.numel() <= FEW or not written:
        return joined(told or ["empty"])
    high, low = max(written, key=written.get), min(written, key=written.get)
    return f"highest {high}, {rough(written[high], 0)}, lowest {low}, {rough(written[low], 0)}"


def write_hundredths(axes: "Axes", table: Tensor, strength: Tensor) -> None:
    """Put 100 times the number into each square; white letters where the colour is strong."""
    for row, column in (~table.isnan()).nonzero().tolist():
        text, dark = str(round(100 * table[row, column].item())), strength[row, column].abs() > 0.6
        axes.text(column, row, text, ha="center", va="center", fontsize=9, color="white" if dark else "black")
