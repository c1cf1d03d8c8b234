"""The declared grids by the tables that they fill, and any part of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ia3_teach.course.making.grid import Cell, cells, family_cells, few_shot_cells
from ia3_teach.course.making.real_grid import real_cells
from ia3_teach.course.shipped.tasks import task_names
from ia3_teach.wording import brief, listed, short

RUNS, FAMILY_RUNS, FEW_SHOT_RUNS = "runs.csv", "family_runs.csv", "few_shot_runs.csv"
REAL_RUNS = "real_runs.csv"
GRIDS: dict[str, Callable[[], Sequence[Cell]]] = {
    RUNS: lambda: [cell for task in task_names() for cell in cells(task)],
    FAMILY_RUNS: family_cells,
    FEW_SHOT_RUNS: few_shot_cells,
    REAL_RUNS: real_cells,
}


def part(table: str = RUNS, **asked: Sequence[object] | None) -> list[Cell]:
    """The cells of a table whose `task`, `model`, `method` and `shots` are among those asked for; None: all.

    Raises ValueError for a value that the grid has not, and where no cell has all that was asked for.

    >>> [(cell.method, cell.shots) for cell in part(task=["sentiment"], method=["head"])]
    [('head', 32), ('head', 256)]
    """
    every = GRIDS[table]()
    for name, values in asked.items():
        there = sorted({getattr(cell, name) for cell in every})
        for value in values or ():
            if value not in there:
                raise ValueError(
                    f"the grid of {short(table, 30)} has no {short(name, 30)} {brief(value)}; it has "
                    f"{listed(there, most=9)}{short(elsewhere(table, name, value), 40)}"
                )
    limits = {name: values for name, values in asked.items() if values}
    found = [cell for cell in every if all(getattr(cell, name) in values for name, values in limits.items())]
    if not found:
        raise ValueError(
            f"the grid has no cell with all of {brief(limits, 300)}: each is there, but not together"
        )
    return found


OPTIONS = {FAMILY_RUNS: "--family", FEW_SHOT_RUNS: "--few-shot", REAL_RUNS: "--real"}


def one_table(asked: Mapping[str, bool]) -> str:
    """The table that is asked for; the first one where none is. Raises ValueError for more than one.

    >>> one_table({FAMILY_RUNS: True, REAL_RUNS: False})
    'family_runs.csv'
    """
    found = [table for table, wanted in asked.items() if wanted]
    if len(found) > 1:
        options = listed([OPTIONS[table] for table in found])
        raise ValueError(f"{short(options)} are tables of their own: ask for one after the other")
    return found[0] if found else RUNS


def elsewhere(table: str, name: str, value: object) -> str:
    """Where another grid has the value: which option asks for it.

    >>> elsewhere(RUNS, "model", "minilm-l6")
    ' (--family, --real have it)'
    """
    having = [
        option
        for other, option in OPTIONS.items()
        if other != table and value in {getattr(cell, name) for cell in GRIDS[other]()}
    ]
    return f" ({listed(having)} {'has' if len(having) == 1 else 'have'} it)" if having else ""
