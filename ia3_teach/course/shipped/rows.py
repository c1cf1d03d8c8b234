"""One reader for all rows: .jsonl (a row per line) and .json (a list of rows, or lines as well), in UTF-8.

Every error names the file and the line or row. Lines end where JSON says so, at line feeds: U+2028 and its
like, at which Python's `splitlines` cuts as well, stand inside texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ia3_teach.wording import brief, listed, short

ENDINGS = (".json", ".jsonl")
WORDS = {
    "train": ("train", "training", "pool"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
Row = Mapping[str, object]


def row_files(directory: Path) -> list[Path]:
    """The files of a directory that hold rows, by name; hidden ones are somebody else's."""
    found = (path for path in directory.iterdir() if path.suffix.lower() in ENDINGS)
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def split_of(path: Path) -> str | None:
    """The split that a whole word of the file's name says, in capitals or not.

    >>> [split_of(Path(name)) for name in ("Test.jsonl", "my_dev.json", "testimonials.jsonl")]
    ['test', 'validation', None]
    """
    said = re.split(r"[\W_]+", path.stem.lower())
    return next((split for word in said for split, words in WORDS.items() if word in words), None)


def read_rows(path: Path) -> Iterator[tuple[str, object]]:
    """(where it stands, the row) for each row. Raises ValueError for what is no JSON in UTF-8, or no rows."""
    text, name = read_text(path), shown(path)
    lines = [(f"{name}, line {i}", line) for i, line in enumerate(text.split("\n"), start=1) if line.strip()]
    is_list = path.suffix.lower() == ".json" and (len(lines) < 2 or not all(map(is_object, lines)))
    if is_list:
        whole = parsed(text, name) if lines else None
        found = [(name, row) for row in whole] if isinstance(whole, list) else []
    else:
        found = [(where, parsed(line, where)) for where, line in lines]
    if not found:
        raise ValueError(
            f"{short(name)} holds no rows; a .json file is a list of rows, a .jsonl file has one per line"
        )
    for number, (where, row) in enumerate(found, start=1):
        yield f"{where}, row {number}", row


def is_object(line: tuple[str, str]) -> bool:
    """Whether a line looks like a row by itself: lines are found in files called .json too."""
    return line[1].strip().startswith("{") and line[1].strip().endswith("}")


def shown(path: Path | str) -> str:
    """A path as an error shows it."""
    return brief(str(path), 200)[1:-1]


def read_text(path: Path) -> str:
    """The text of a file. Raises ValueError for another encoding than UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (ValueError, OSError) as error:
        kind, reason = path.suffix[1:], brief(str(error))[1:-1]
        raise ValueError(
            f"{shown(path)} cannot be read as {short(kind)} in UTF-8: {short(reason)}; save it as UTF-8"
        ) from error


def parsed(text: str, where: str) -> object:
    """The JSON of a text. Raises ValueError with the place where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = brief(str(error))[1:-1]
        raise ValueError(
            f"{short(where)} cannot be read as JSON ({short(reason)}); found {brief(text)}"
        ) from error


def check_fields(row: object, fields: Iterable[str], where: str) -> Row:
    """Return the row; refuse what is none, and one without one of these fields."""
    fields = list(fields)
    if not isinstance(row, dict) or any(field not in row for field in fields):
        found = (listed(row, 6) or "none") if isinstance(row, dict) else type(row).__name__
        raise ValueError(f"{short(where)} needs the fields {short(', '.join(fields))}; found {short(found)}")
    return row


def check_text(value: object, what: str) -> str:
    """Return a text; refuse other kinds, and half an emoji, which no tokenizer takes."""
    if not isinstance(value, str):
        raise ValueError(f"{short(what)} is {brief(value)}, which is no text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{short(what)} holds half an emoji, {brief(value[error.start])} at letter "
            f"{error.start + 1}: its "
            "other half was cut off; write it whole or leave it out"
        ) from error
    return value
