"""One reader for all rows: .jsonl (a row per line) and .json (a list of rows, or lines as well), in UTF-8.

Every error names the file and the line or row. Lines end where JSON says so, at line feeds: U+2028 and its
like, at which Python's `splitlines` cuts as well, stand inside texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ia3_teach.storage.plain_files import MOST_TEXT, check_file, parsed, read_text
from ia3_teach.wording import brief, listed, short

ENDINGS = (".json", ".jsonl")
PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip")
WORDS = {
    "train": ("train", "training", "pool"),
    "validation": ("validation", "valid", "val", "dev", "development"),
    "test": ("test", "testing", "eval", "evaluation"),
}
ENDED = re.compile(r"(?:s|sets?|data|files?|rows|splits?)$")  # tests.jsonl, devset.json
PARTS = re.compile(r"[^\W\d_]+")  # words of letters: test2.jsonl is a test split
Row = Mapping[str, object]


def row_files(directory: Path) -> list[Path]:
    """The files of a directory that hold rows, by name; folders and hidden ones are somebody else's.

    Raises ValueError for one that is packed or no ordinary file: nobody would miss its rows.
    """
    found = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
    for path in found:
        kinds = [suffix.lower() for suffix in path.suffixes[-2:]]
        if len(kinds) == 2 and kinds[0] in ENDINGS and kinds[1] in PACKED:
            raise ValueError(f"{shown(path)} is packed; unpack it, or move it away")
    found = [path for path in found if path.suffix.lower() in ENDINGS and not path.is_dir()]
    for path in found:
        check_file(path, MOST_TEXT)
    return found


def split_of(path: Path) -> str | None:
    """The split that a word of the file's name says, in capitals or not, in the plural or numbered.

    Raises ValueError for a name that says two.

    >>> names = ("Test.jsonl", "my_dev.json", "tests.jsonl", "testSet2.json", "testimonials.jsonl")
    >>> [split_of(Path(name)) for name in names]
    ['test', 'validation', 'test', 'test', None]
    """
    parts = PARTS.findall(re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", " ", path.stem))
    said = {word for part in parts for word in (part.lower(), ENDED.sub("", part.lower()))}
    splits = [split for split, words in WORDS.items() if said & set(words)]
    if len(splits) > 1:
        raise ValueError(f"{shown(path)} says {short(' and '.join(splits))}; give it the name of one split")
    return splits[0] if splits else None


def read_rows(path: Path) -> Iterator[tuple[str, object]]:
    """(where it stands, the row) for each row. Raises ValueError for what is no JSON in UTF-8, or no rows."""
    text, name = read_text(path, MOST_TEXT), shown(path)
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
