"""`load_instructions`: pairs in Alpaca's fields, the shipped ones or those of a directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ia3_teach.course.shipped.manifest import check, check_folder
from ia3_teach.course.shipped.paths import data_dir

if TYPE_CHECKING:
    from datasets import DatasetDict

SHIPPED = "instructions"
FIELDS = ("instruction", "input", "output")
ENDINGS = (".json", ".jsonl")


def load_instructions(name: str | Path) -> DatasetDict:
    """The splits train and test, with the columns instruction, input and output, held in memory.

    `name` is 'instructions', which is shipped, or a directory of .json (a list of rows) and .jsonl (one
    row per line) files in UTF-8. Files whose names begin with 'test' are the test split; where there is
    none, the last tenth of the rows is. Raises ValueError where there is no such file, a file is no JSON,
    a field is missing or no text, an instruction or output is empty, or fewer than two rows are left.
    """
    from datasets import Dataset, DatasetDict

    rows: dict[str, list[dict[str, str]]] = {"train": [], "test": []}
    for path in _files(name):
        rows["test" if path.name.startswith("test") else "train"] += _rows(path)
    train, test = rows["train"], rows["test"]
    if not test:
        cut = len(train) - max(1, len(train) // 10)
        train, test = train[:cut], train[cut:]
    if not train or not test:
        raise ValueError(f"{name}: one row to learn from and one to test on is the least; found too few rows")
    return DatasetDict({"train": Dataset.from_list(train), "test": Dataset.from_list(test)})


def _files(name: str | Path) -> list[Path]:
    directory = Path(name)
    if str(name) == SHIPPED:
        directory = data_dir() / SHIPPED
        check(f"{SHIPPED}/{split}.jsonl" for split in ("train", "test"))
        check_folder(SHIPPED)  # every file that lies there is read
    elif not directory.is_dir():
        raise ValueError(f"{str(name)!r} is neither {SHIPPED!r} nor a directory")
    found = sorted(path for path in directory.iterdir() if path.suffix in ENDINGS)
    if not found:
        raise ValueError(f"{directory} holds no {' or '.join(ENDINGS)} file with rows of {', '.join(FIELDS)}")
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of one file, each checked; other fields are left out."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = [line for line in text.split("\n") if line.strip()]
        rows = json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in lines]
    except ValueError as error:
        raise ValueError(f"{path} cannot be read as {path.suffix[1:]} in UTF-8: {error}") from error
    if not isinstance(rows, list) or not rows:
        raise ValueError(
            f"{path} holds no rows; a .json file is a list of rows, a .jsonl file has one per line"
        )
    return [_checked(row, f"{path}, row {number}") for number, row in enumerate(rows, start=1)]


def _checked(row: object, where: str) -> dict[str, str]:
    if not isinstance(row, dict) or any(field not in row for field in FIELDS):
        found = ", ".join(row) if isinstance(row, dict) else type(row).__name__
        raise ValueError(f"{where} needs the fields {', '.join(FIELDS)}; found {found}")
    for field in FIELDS:
        if not isinstance(row[field], str):
            raise ValueError(f"{where}: {field} is {row[field]!r}, which is no text; an input may be ''")
        if field != "input" and not row[field].strip():
            raise ValueError(f"{where}: {field} is empty")
    return {field: row[field] for field in FIELDS}
