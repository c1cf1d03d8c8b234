"""Texts of one's own in the form of a task's rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasets import Dataset


def own_rows(like: Dataset, answers: Mapping[str, str]) -> Dataset:
    """Rows for {text: answer word}, put as the same question as the rows of `like`.

    Raises ValueError for an answer that is none of the task's labels.
    """
    from datasets import Dataset

    names, example = like.features["label"].names, like[0]
    wrong = set(answers.values()) - set(names)
    if wrong or not answers:
        raise ValueError(f"give texts with answers out of {names}; found {sorted(wrong) or 'no text at all'}")
    columns = {
        "text": list(answers),
        "label": [names.index(answer) for answer in answers.values()],
        "prompt": [example["prompt"].replace(example["text"], text) for text in answers],
        "kind": [""] * len(answers),
    }
    return Dataset.from_dict({name: columns[name] for name in like.column_names}, like.features)
