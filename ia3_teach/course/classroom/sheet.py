"""A CSV file of which single fields can be replaced while every other byte stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ia3_teach.storage.plain_files import read_bytes
from ia3_teach.wording import brief, short

BREAK = re.compile(r"\r\n|\r|\n")
Span = tuple[int, int]


class Sheet:
    """The text of a CSV file and where each of its fields lies.

    >>> sheet = Sheet('Student,ps1\\r\\n"Søe, Ada",\\r\\n')
    >>> sheet.rows
    [['Student', 'ps1'], ['Søe, Ada', '']]
    >>> sheet.replaced({(1, 1): "7"})
    'Student,ps1\\r\\n"Søe, Ada",7\\r\\n'
    """

    def __init__(self, text: str, name: str = "the file") -> None:
        self.text, self.name = text, name
        first = BREAK.split(text, maxsplit=1)[0]
        self.delimiter = max(",;\t", key=first.count)
        self.spans = _find(text, self.delimiter, name)
        self.rows = [[_plain(text[start:end]) for start, end in row] for row in self.spans]

    def column(self, heading: str) -> int:
        """The number of the column with this heading, else with the same in other capitals.

        Raises ValueError for none, or for several.
        """
        cells = [cell.strip() for cell in self.rows[0]]
        found = [number for number, cell in enumerate(cells) if cell == heading]
        found = found or [n for n, cell in enumerate(cells) if cell.casefold() == heading.casefold()]
        if len(found) != 1:
            listed = ", ".join(repr(cell) for cell in self.rows[0])
            raise ValueError(
                f"{short(self.name)}: {short(len(found) or 'no')} columns "
                f"{brief(heading)}; it has {short(listed)}"
            )
        return found[0]

    def replaced(self, fields: Mapping[tuple[int, int], str]) -> str:
        """The text with the fields {(row, column): value} changed and nothing else."""
        parts, done = [], 0
        for (row, column), value in sorted(fields.items()):
            start, end = self.spans[row][column]
            quoted = self.text[start:end].startswith('"') or any(c in value for c in f'"\r\n{self.delimiter}')
            parts += [self.text[done:start], '"' + value.replace('"', '""') + '"' if quoted else value]
            done = end
        return "".join([*parts, self.text[done:]])


def read_sheet(path: Path) -> Sheet:
    """A CSV file in UTF-8, its byte order mark and line ends as they are.

    Raises:
        ValueError: no such file, another encoding, no rows, or quotation marks that do not close.
    """
    try:
        text = read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        hint = "give the file as it was exported, not one that a spreadsheet has saved"
        raise ValueError(
            f"{short(path)} is not in UTF-8 (byte {short(error.start)}); {short(hint)}"
        ) from error
    if not text.lstrip("\ufeff").strip():
        raise ValueError(f"{short(path)} is empty; export it again")
    return Sheet(text, str(path))


def _find(text: str, delimiter: str, name: str) -> list[list[Span]]:
    """Start and end of each field, row by row; a byte order mark belongs to none."""
    field = re.compile(f'"(?:[^"]|"")*"|[^"{delimiter}\r\n][^{delimiter}\r\n]*|')
    rows: list[list[Span]] = [[]]
    at = len(text) - len(text.removeprefix("\ufeff"))
    while True:
        span = field.match(text, at).span()
        rows[-1].append(span)
        at = span[1]
        if text.startswith(delimiter, at):
            at += 1
            continue
        line_end = BREAK.match(text, at)
        if line_end is None and at < len(text):
            raise ValueError(
                f"{short(name)}, row {len(rows)}: a quotation mark not closed, or text behind it"
            )
        if line_end is None or line_end.end() == len(text):
            return rows
        rows.append([])
        at = line_end.end()


def _plain(field: str) -> str:
    """What a field says, without the quotation marks around it.

    >>> _plain('"a ""b"" c"')
    'a "b" c'
    """
    return field[1:-1].replace('""', '"') if field.startswith('"') else field
