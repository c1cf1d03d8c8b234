"""Grades for Canvas: the CSV file that Canvas exports, with the assignments' columns filled in.

Its first row has the headings `Student`, `ID`, `SIS User ID`, `SIS Login ID`, `Section` and a column
`name (number)` for each assignment; the second, or the third under one about posting, begins with
`Points Possible`. Use:

    nbgrader export --exporter=ia3_teach.course.classroom.CanvasExport --CanvasExport.template=FILE --to=NEW
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from traitlets import Bool, Dict, Unicode

from ia3_teach.course.classroom.filling import Rows, fill
from ia3_teach.course.classroom.points import Points
from ia3_teach.course.classroom.sheet import Sheet
from ia3_teach.course.classroom.template import TemplateExport
from ia3_teach.wording import brief, many, short


class CanvasExport(TemplateExport):
    """Every assignment that has a column in Canvas's file, all else byte for byte."""

    key = Unicode("SIS Login ID", help="the column that says who a row is").tag(config=True)
    columns = Dict(help="assignment: heading, where their names differ").tag(config=True)
    scale = Bool(False, help="convert points where Canvas has another maximum").tag(config=True)
    way = "Grades, Export"

    def filled(self, sheet: Sheet, points: Sequence[Points]) -> tuple[str, list[str]]:
        """The text of the new file, and the report. Raises ValueError where no assignment has a column."""
        maxima = points_possible(sheet)
        students = [n for n in range(maxima + 1, len(sheet.rows)) if len(sheet.rows[n]) > 1]
        rows, fields, lines = Rows(sheet, students, self.key), {}, []
        for name in dict.fromkeys(each.assignment for each in points):
            column = self.column(sheet, name)
            if column is None:
                lines.append(f"{name}: no column of this name; left out")
                continue
            mine = [each for each in points if each.assignment == name]
            factor = self.factor(sheet, sheet.rows[maxima], column, mine[0])
            new, told = fill(rows, column, mine, self.by, factor, self.missing)
            fields |= new
            lines += [*told, f"{name}: {len(new)} of {many(len(students), 'row')} written"]
        if not fields:
            told = [*lines, f"no row of {short(sheet.name)} has points; {short(headings(sheet))}"]
            raise ValueError(short("\n".join(told), 590))
        return sheet.replaced(fields), lines

    def column(self, sheet: Sheet, assignment: str) -> int | None:
        """The column of an assignment, by its whole heading or by its name before the number."""
        if assignment in self.columns:
            return sheet.column(self.columns[assignment])
        names = [re.sub(r"\s*\(\d+\)\s*$", "", cell).strip().casefold() for cell in sheet.rows[0]]
        found = names.count(assignment.casefold())
        if found == 1:
            return names.index(assignment.casefold())
        if found or assignment in self.assignment:
            how = f"choose by --CanvasExport.columns={assignment}=HEADING"
            raise ValueError(
                f"{short(found or 'no')} columns {brief(assignment)}: {short(headings(sheet))}; {short(how)}"
            )
        return None

    def factor(self, sheet: Sheet, maxima: Sequence[str], column: int, points: Points) -> float:
        """From the gradebook's points to Canvas's. Raises ValueError where they differ without `scale`."""
        said = maxima[column].strip() if column < len(maxima) else ""
        try:
            theirs = float(said.replace(",", "."))
        except ValueError:
            raise ValueError(
                f"{short(sheet.name)}: {brief(said)} points possible for "
                f"{short(points.assignment)}; set a number in Canvas"
            ) from None
        if theirs == points.of or not points.of:
            return 1.0
        if not self.scale:
            both = f"{points.assignment}: {points.of:g} points in the gradebook, {theirs:g} in {sheet.name}"
            raise ValueError(f"{short(both)}; change one, or convert with --CanvasExport.scale=True")
        return theirs / points.of


def points_possible(sheet: Sheet) -> int:
    """The number of the row of maxima. Raises ValueError where there is none."""
    for number, row in enumerate(sheet.rows[1:4], 1):
        if row[0].strip() == "Points Possible":
            return number
    raise ValueError(
        f"{short(sheet.name)} has no row 'Points Possible' below its headings; is it Canvas's export?"
    )


def headings(sheet: Sheet) -> str:
    """The columns, for a message."""
    return f"it has the columns {', '.join(map(repr, sheet.rows[0]))}"
