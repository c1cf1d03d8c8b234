"""`load_instructions`: pairs in Alpaca's fields, the shipped ones or those of a directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ia3_teach.amounts import whole
from ia3_teach.course.shipped.manifest import check, check_folder
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.rows import (
    ENDINGS,
    check_fields,
    check_text,
    read_rows,
    row_files,
    shown,
    split_of,
)
from ia3_teach.wording import brief, short

if TYPE_CHECKING:
    from datasets import DatasetDict

SHIPPED = "instructions"
FIELDS = ("instruction", "input", "output")
FEW = 4  # rows that a lesson looks at


def load_instructions(name: str | Path, least: int = 1) -> DatasetDict:
    """The splits train and test, with the columns instruction, input and output, held in memory.

    `name` is 'instructions', which is shipped, or a directory of .json and .jsonl files in UTF-8. A file
    with 'test' in its name (a word, also tests or test2, but not testimonials.jsonl) is the test split; where
    there is none, one with 'validation' or 'dev'; else the last tenth of the rows, four where there are eight
    or more. A file whose name says no split is for training, as alpaca.json is.
    Raises ValueError where there is no such file, a file is no JSON, a field is missing or no text, an
    instruction or output is empty, or a split has fewer than `least` rows.
    """
    from datasets import Dataset, DatasetDict

    least = whole("least", least, least=0)
    rows: dict[str, list[dict[str, str]]] = {"train": [], "validation": [], "test": []}
    for path in _files(name):
        rows[split_of(path) or "train"] += [_checked(row, where) for where, row in read_rows(path)]
    train, test = rows["train"], rows["test"] or rows["validation"]
    if not test:
        cut = len(train) - max(1, len(train) // 10, FEW if len(train) >= 2 * FEW else 0)
        train, test = train[: max(0, cut)], train[max(0, cut) :]
    if min(len(train), len(test)) < max(1, least):
        raise ValueError(
            f"{shown(name)}: one row to learn from and one to test on is the least, here "
            f"{short(max(1, least))} each; found {len(train)} and {len(test)}, which are too few rows"
        )
    return DatasetDict({"train": Dataset.from_list(train), "test": Dataset.from_list(test)})


def _files(name: str | Path) -> list[Path]:
    directory = Path(name)
    if str(name) == SHIPPED:
        directory = data_dir() / SHIPPED
        check(f"{SHIPPED}/{split}.jsonl" for split in ("train", "test"))
        check_folder(SHIPPED)  # every file that lies there is read
    elif not os.path.isdir(directory):
        raise ValueError(f"{brief(str(name), 200)} is neither {SHIPPED!r} nor a directory")
    found = row_files(directory)
    if not found:
        raise ValueError(
            f"{shown(directory)} holds no {short(' or '.join(ENDINGS))} file with rows of "
            f"{short(', '.join(FIELDS))}"
        )
    return found


def _checked(found: object, where: str) -> dict[str, str]:
    """The fields of a row; other fields are left out."""
    row = check_fields(found, FIELDS, where)
    for field in FIELDS:
        if not check_text(row[field], f"{where}: {field}").strip() and field != "input":
            raise ValueError(f"{short(where)}: {short(field)} is empty")
    return {field: row[field] for field in FIELDS}
