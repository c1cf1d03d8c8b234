"""The held-out tasks: loading their splits, drawing a few examples, examples in context."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

from ia3_teach.course.shipped.manifest import check, check_folder
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.wording import brief, listed

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
    Raises ValueError for an unknown name, ManifestError for a shipped file that was changed.
    """
    from datasets import DatasetDict

    directory = data_dir() / "tasks" / name
    if name in task_names():
        files = ["task.json", *(f"{split}.jsonl" for split in SPLITS)]
        check([f"tasks/{name}/{file}" for file in files])
        check_folder(f"tasks/{name}")
    elif (Path(name) / "task.json").is_file():
        directory = Path(name)
    else:
        raise ValueError(
            f"no task is called {name!r}; there are {', '.join(task_names())}, "
            "or give a directory that holds task.json."
        )
    facts = json.loads((directory / "task.json").read_text(encoding="utf-8"))
    splits = {split: _read_split(directory / f"{split}.jsonl", facts) for split in SPLITS}
    return DatasetDict(splits)


def _read_split(path: Path, facts: dict) -> Dataset:
    """One split, held in memory: no cache directory is needed."""
    from datasets import ClassLabel, Dataset, Features, Value

    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    columns = {
        "text": [row["text"] for row in rows],
        "label": [row["label"] for row in rows],
        "prompt": [prompt_for(row["text"], facts["question"]) for row in rows],
        "kind": [row.get("kind", "") for row in rows],
    }
    features = {name: Value("string") for name in columns} | {"label": ClassLabel(names=facts["labels"])}
    return Dataset.from_dict(columns, Features(features))


def prompt_for(text: str, question: str) -> str:
    """The form in which a task is put to a language model.

    >>> prompt_for("It rained.", "Was it dry?")
    'It rained.\\nQuestion: Was it dry?\\nAnswer:'
    """
    return f"{text}\nQuestion: {question}\n{PROMPT_END}"


def label_names(rows: Dataset) -> list[str]:
    """The answer words of the rows' labels. Raises ValueError for labels that are not named."""
    found = rows.features.get("label")
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
            f"{len(wrong)} of {len(labels)} rows have no label, the first at place {wrong[0]} with "
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
    if n < len(names):
        raise ValueError(f"n must be at least {len(names)}, one row for each label; found {n}")
    rng, chosen = random.Random(seed), []
    places: list[list[int]] = [[] for _ in names]
    for place, label in enumerate(rows["label"]):
        if label in range(len(names)):
            places[label].append(place)
    for label, of_label in enumerate(places):
        wanted = n // len(names) + (label < n % len(names))
        if len(of_label) < wanted:
            raise ValueError(f"{wanted} rows of label {names[label]!r} are needed; there are {len(of_label)}")
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
