"""Points into the rows of an exported file, and what there is to say about it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from ia3_teach.course.classroom.points import NOTHING, Points
from ia3_teach.course.classroom.sheet import Sheet
from ia3_teach.wording import brief, short

Fields = dict[tuple[int, int], str]


class Rows(NamedTuple):
    """The rows of a file that are students, and the heading of the column that says who they are."""

    sheet: Sheet
    numbers: list[int]
    key: str

    def by_key(self, known: Container[str]) -> dict[str, int]:
        """{who, in small letters: row}. Raises ValueError where two rows are the same known student."""
        column, found = self.sheet.column(self.key), {}
        for number in self.numbers:
            who = self.value(number, column)
            if who in found and who in known:
                both = f"rows {found[who] + 1} and {number + 1}"
                raise ValueError(
                    f"{short(self.sheet.name)}: {short(both)} both have {brief(who)} "
                    f"as {brief(self.key)}; mend one"
                )
            found[who] = number
        found.pop("", None)
        return found

    def value(self, number: int, column: int) -> str:
        """A field in small letters; empty where the row is too short."""
        row = self.sheet.rows[number]
        return row[column].strip().casefold() if column < len(row) else ""


def fill(
    rows: Rows, column: int, points: Sequence[Points], by: str, factor: float, missing: str
) -> tuple[Fields, list[str]]:
    """The fields to change, {(row, column): text}, and a line for each student who needs one.

    `by` is the field of Points that the key's column holds, "student" or "email"; points are multiplied by
    `factor`; `missing` is written where nothing was handed in, and nothing where it is empty.

    Raises:
        ValueError: no student of the gradebook is in the file, or a row has no such column.
    """
    known = {getattr(each, by).casefold(): each for each in points if getattr(each, by)}
    places, fields, lines = rows.by_key(known), {}, []
    if not set(known) & set(places):
        raise ValueError(short(no_match(rows, points, by), 590))
    for each in points:
        row = places.get(getattr(each, by).casefold())
        text = as_text(each, factor, missing, rows.sheet)
        if row is not None and text:
            fields[row, column] = text
        lines += remarks(each, row, text, rows.sheet, column)
    strangers = [rows.sheet.rows[row][0] for who, row in places.items() if who not in known]
    return fields, lines + [f"{name}: in the file, not in the gradebook; left alone" for name in strangers]


def as_text(each: Points, factor: float, missing: str, sheet: Sheet) -> str:
    """What to write for a student; empty where the field stays."""
    if each.why:
        return missing if each.why == NOTHING else ""
    return written(factor * each.value, sheet)


def written(value: float, sheet: Sheet) -> str:
    """Points as the file writes numbers: up to four decimals, a comma where semicolons part the columns.

    >>> written(7.5, Sheet("a;b")), written(8.0, Sheet("a,b"))
    ('7,5', '8')
    """
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if sheet.delimiter == ";" else text


def remarks(each: Points, row: int | None, text: str, sheet: Sheet, column: int) -> list[str]:
    """The lines about one student: none where the points were simply written."""
    if row is None:
        rest = each.why or f"{each.value:g} of {each.of:g} points have no row"
        return [f"{each.who}: in the gradebook, not in the file; {rest}"]
    if column >= len(sheet.rows[row]):
        raise ValueError(f"{short(sheet.name)}, row {row + 1} has no such column; export the file again")
    before, lines = sheet.rows[row][column].strip(), []
    if each.why:
        lines.append(f"{each.who}: {each.why}; {f'{text} written' if text else 'left as it was'}")
    if each.penalty:
        lines.append(f"{each.who}: {text} written, after {each.penalty:g} taken off for being late")
    if text and before and before != text:
        lines.append(f"{each.who}: was {before}, is now {text}")
    return lines


def no_match(rows: Rows, points: Sequence[Points], by: str) -> str:
    """Why nobody was found, and which column would find most."""
    best = (0, "", "")
    for kind in ("student", "email"):
        mine = {getattr(each, kind).casefold() for each in points} - {""}
        for column, heading in enumerate(rows.sheet.rows[0]):
            found = mine & {rows.value(row, column) for row in rows.numbers}
            best = max(best, (len(found), heading, kind))
    what = {"student": "identifier", "email": "e-mail address"}
    told = f"{rows.sheet.name}: no {what[by]} of the gradebook is in the column {rows.key!r}"
    if not best[0]:
        return f"{told}, nor in another; is it the file of this class?"
    found = f"{best[1]!r} has the {what[best[2]]} of {best[0]}"
    return f"{told}, but {found}: give key={best[1]!r}, by={best[2]!r}"
