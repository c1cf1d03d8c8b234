"""Grades for Moodle: the grading worksheet that an assignment exports, or a table for all assignments.

A worksheet has a row for each participant with the columns `Grade` and `Maximum grade`. Without a template,
a table is written that Moodle reads under Grades, Import, CSV file: map `ID number` to the user's, and each
assignment to its grade item. Use:

    nbgrader export --exporter=ia3_teach.course.classroom.MoodleExport --to=NEW
    nbgrader export --exporter=ia3_teach.course.classroom.MoodleExport --assignment=ps1 \\
        --MoodleExport.template=FILE --to=NEW
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Gradebook
from traitlets import Unicode

from ia3_teach.course.classroom.filling import Rows, fill, written
from ia3_teach.course.classroom.points import Points, read_points
from ia3_teach.course.classroom.sheet import Sheet
from ia3_teach.course.classroom.template import TemplateExport
from ia3_teach.markup import in_spreadsheet
from ia3_teach.storage.atomic import replacing
from ia3_teach.wording import many, short

WHO = ("ID number", "Email address", "Last name", "First name")


class MoodleExport(TemplateExport):
    """One assignment's worksheet filled in, all else byte for byte; or a table of all assignments."""

    key = Unicode("ID number", help="the column that says who a row is").tag(config=True)
    way = "the assignment's page, Download grading worksheet"

    def export(self, gradebook: Gradebook) -> None:
        """Fill in the template where there is one, or else write the table."""
        if self.template:
            return super().export(gradebook)
        try:
            text, lines = table(read_points(gradebook, self.assignment, self.student), self.missing)
        except ValueError as error:
            raise SystemExit(f"nothing written: {error}") from error
        target = Path(self.to or "moodle.csv")
        with replacing(target) as beside:
            beside.write_bytes(text.encode("utf-8"))
        print(*lines, f"{target}: written", sep="\n", flush=True)

    def filled(self, sheet: Sheet, points: Sequence[Points]) -> tuple[str, list[str]]:
        """The worksheet with its grades, and the report. Raises ValueError for another assignment's."""
        names = list(dict.fromkeys(each.assignment for each in points))
        if len(names) != 1:
            listed = ", ".join(names) or "none"
            raise ValueError(
                f"a worksheet is for one assignment; choose by --assignment=NAME, of: {short(listed)}"
            )
        students = [n for n in range(1, len(sheet.rows)) if len(sheet.rows[n]) > 1]
        check_maximum(sheet, students, points[0])
        column = sheet.column("Grade")
        fields, lines = fill(Rows(sheet, students, self.key), column, points, self.by, 1.0, self.missing)
        told = f"{names[0]}: {len(fields)} of {many(len(students), 'row')} written"
        return sheet.replaced(fields), [*lines, told]


def check_maximum(sheet: Sheet, students: Sequence[int], points: Points) -> None:
    """Refuse a worksheet for another number of points."""
    column = sheet.column("Maximum grade")
    for maximum in {sheet.rows[n][column].strip() for n in students if column < len(sheet.rows[n])}:
        try:
            same = float(maximum.replace(",", ".")) == points.of
        except ValueError:
            same = False
        if not same:
            both = f"{points.of:g} points in the gradebook, {maximum!r} in {sheet.name}"
            raise ValueError(
                f"{short(points.assignment)}: {short(both)}; set the assignment's maximum in Moodle"
            )


def table(points: Sequence[Points], missing: str = "") -> tuple[str, list[str]]:
    """A row for each student and a column for each assignment; an empty field changes nothing in Moodle."""
    names = list(dict.fromkeys(each.assignment for each in points))
    if not names:
        raise ValueError("the gradebook has no assignments; grade one first")
    students: dict[str, dict[str, Points]] = {}
    for each in points:
        students.setdefault(each.student, {})[each.assignment] = each
    plain, file = Sheet("a,b"), io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([*WHO, *names])
    for mine in students.values():
        one = next(iter(mine.values()))
        cells = [missing if mine[n].why else written(mine[n].value, plain) for n in names]
        about = map(in_spreadsheet, (one.email, one.last_name, one.first_name))  # the number is who it is
        writer.writerow([one.student, *about, *cells])
    lines = [remark(each) for each in points if each.penalty or each.why]
    return file.getvalue(), [*lines, f"{many(len(students), 'student')}, {many(len(names), 'assignment')}"]


def remark(each: Points) -> str:
    """The line about a student in the table who was late, or has no points."""
    if each.why:
        return f"{each.who}: {each.why} in {each.assignment}"
    return f"{each.who}: {each.value:g} in {each.assignment}, after {each.penalty:g} taken off for being late"
