"""The held-out tasks: loading their splits, drawing a few examples, examples in context."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ia3_teach.amounts import whole
from ia3_teach.course.shipped.manifest import check, check_folder
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.rows import (
    check_fields,
    check_text,
    read_rows,
    row_files,
    shown,
    split_of,
)
from ia3_teach.storage.plain_files import read_json
from ia3_teach.wording import brief, listed, short

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

PROMPT_END = "Answer:"
SPLITS = ("pool", "validation", "test")


def task_names() -> list[str]:
    """The names of the shipped tasks.

    >>> "sentiment" in task_names()
    True
    """
    return sorted(path.parent.name for path in (data_dir() / "tasks").glob("*/task.json"))


def load_task(name: str) -> DatasetDict:
    """The splits pool, validation and test of a shipped task, or of a directory of the same form.

    Columns: text; label (a ClassLabel whose names are the answer words); prompt (the text with the
    task's question; the answer is a space and the label's name); kind (what makes the text easy or
    hard: plain, negated, quoted ...; empty where a directory says nothing). A directory holds task.json
    ({"labels": [...], "question": "..."}) and one .jsonl file per split ({"text": ..., "label": 0}).
    A label may be its word, and -1 where there is none. Raises ValueError for an unknown name and for rows
    that cannot be read, ManifestError for a shipped file that was changed.
    """
    from datasets import DatasetDict

    directory = data_dir() / "tasks" / name
    if name in task_names():
        files = ["task.json", *(f"{split}.jsonl" for split in SPLITS)]
        check([f"tasks/{name}/{file}" for file in files])
        check_folder(f"tasks/{name}")
    elif os.path.isfile(Path(name) / "task.json"):
        directory = Path(name)
    else:
        raise ValueError(
            f"no task is called {brief(name)}; there are {short(', '.join(task_names()))}, "
            "or give a directory that holds task.json."
        )
    labels, question = _facts(directory / "task.json")
    return DatasetDict({split: _read_split(directory, split, labels, question) for split in SPLITS})


def _facts(path: Path) -> tuple[list[str], str]:
    """The answer words and the question of a task. Raises ValueError for others than texts."""
    where = shown(path)
    facts = check_fields(read_json(path), ("labels", "question"), where)
    labels, question = facts["labels"], check_text(facts["question"], f"{where}: question")
    if not isinstance(labels, list) or len(labels) < 2:
        raise ValueError(
            f"{short(where)}: labels is {brief(labels)}; needed is a list of two answer words or more"
        )
    words = [check_text(label, f"{where}: a label") for label in labels]
    if len({word.strip() for word in words} - {""}) < len(words):
        raise ValueError(f"{short(where)}: labels is {brief(labels)}, where one is empty or stands twice")
    return words, question


def _read_split(directory: Path, split: str, labels: list[str], question: str) -> Dataset:
    """One split, held in memory: no cache directory is needed."""
    from datasets import ClassLabel, Dataset, Features, Value

    wanted = split_of(Path(split))  # one rule for names, in all that reads rows: train.json is a pool
    files = [path for path in row_files(directory) if split_of(path) == wanted]
    if len(files) != 1:
        raise ValueError(
            f"{shown(directory)} needs one file {short(split)}.jsonl; found "
            f"{listed([path.name for path in files]) or 'none'}"
        )
    columns: dict[str, list] = {"text": [], "label": [], "prompt": [], "kind": []}
    for where, found in read_rows(files[0]):
        row = check_fields(found, ("text", "label"), where)
        columns["text"].append(check_text(row["text"], f"{where}: text"))
        columns["label"].append(_label(row["label"], labels, where))
        columns["prompt"].append(prompt_for(row["text"], question))
        columns["kind"].append(check_text(row.get("kind", ""), f"{where}: kind"))
    features = {name: Value("string") for name in columns} | {"label": ClassLabel(names=labels)}
    return Dataset.from_dict(columns, Features(features))


def _label(label: object, labels: list[str], where: str) -> int:
    """A number of a label or its word; -1 and null mean that the row has none."""
    if label is None or (type(label) is int and -1 <= label < len(labels)):
        return -1 if label is None else label
    if isinstance(label, str) and label in labels:
        return labels.index(label)
    raise ValueError(
        f"{short(where)}: label is {brief(label)}; it is a number from 0 to {len(labels) - 1}, one of "
        f"{listed(labels)}, or -1 for none"
    )


def prompt_for(text: str, question: str) -> str:
    """The form in which a task is put to a language model.

    >>> prompt_for("It rained.", "Was it dry?")
    'It rained.\\nQuestion: Was it dry?\\nAnswer:'
    """
    return f"{text}\nQuestion: {question}\n{PROMPT_END}"


def label_names(rows: Dataset) -> list[str]:
    """The answer words of the rows' labels. Raises ValueError for labels that are not named, or no rows."""
    features = getattr(rows, "features", None)
    if not isinstance(features, Mapping):
        raise ValueError(
            f"the rows are one split of a task, such as load_task('sentiment')['pool']; found "
            f"{brief(type(rows).__name__)}. rows.select(range(8)) takes a few, where rows[:8] gives columns"
        )
    found = features.get("label")
    if not getattr(found, "names", None):
        raise ValueError(
            f"the rows need a column `label` of the kind ClassLabel, whose names are the answers; found "
            f"{brief(found)}; rows.cast_column('label', ClassLabel(names=[...])) makes one"
        )
    return found.names


def labels_of(rows: Dataset) -> list[int]:
    """The labels of rows that all have one. Raises ValueError for a row that has none (-1 or nothing)."""
    names, labels = label_names(rows), list(rows["label"])
    wrong = [place for place, label in enumerate(labels) if label not in range(len(names))]
    if wrong:
        raise ValueError(
            f"{len(wrong)} of {len(labels)} rows have no label, the first at place {wrong[0]:,} with "
            f"{brief(labels[wrong[0]])}; there are 0 to {len(names) - 1} ({listed(names)}). Leave them out: "
            f"rows.filter(lambda row: row['label'] in range({len(names)}))"
        )
    return labels


def few_shot(rows: Dataset, n: int = 32, seed: int = 0) -> Dataset:
    """n rows, as many of each label as possible, in a random order that depends on the seed alone.

    Rows without a label (-1) are never drawn.
    Raises ValueError if n is smaller than the number of labels, or a label has too few rows.
    """
    names = label_names(rows)
    n = whole("n, with one row or more for each label,", n, least=len(names))
    rng, chosen = random.Random(whole("seed", seed)), []
    places: list[list[int]] = [[] for _ in names]
    for place, label in enumerate(rows["label"]):
        if label in range(len(names)):
            places[label].append(place)
    for label, of_label in enumerate(places):
        wanted = n // len(names) + (label < n % len(names))
        if len(of_label) < wanted:
            raise ValueError(
                f"{short(wanted)} rows of label {brief(names[label])} are needed; there are {len(of_label)}"
            )
        chosen += rng.sample(of_label, wanted)
    rng.shuffle(chosen)
    return rows.select(chosen)


def examples_text(shots: Dataset) -> str:
    """The solved examples, each with its answer and a line break: what comes before the row's own prompt."""
    names, classes = label_names(shots), labels_of(shots)
    return "".join(
        f"{prompt} {names[label]}\n" for prompt, label in zip(shots["prompt"], classes, strict=True)
    )


def in_context_prompt(shots: Dataset, row: dict) -> str:
    """The examples of `shots` with their answers, then the row's own prompt."""
    return examples_text(shots) + row["prompt"]


def with_examples(rows: Dataset, shots: Dataset) -> Dataset:
    """The rows, each prompt preceded by the solved examples: learning in context, no training."""
    before = examples_text(shots)
    prompts = [before + prompt for prompt in rows["prompt"]]
    return rows.remove_columns("prompt").add_column("prompt", prompts)
