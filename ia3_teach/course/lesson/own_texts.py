"""Texts of one's own in the form of a task's rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ia3_teach.course.shipped.rows import check_text
from ia3_teach.course.shipped.tasks import label_names
from ia3_teach.wording import brief, listed, short

if TYPE_CHECKING:
    from datasets import Dataset


def own_rows(like: Dataset, answers: Mapping[str, str]) -> Dataset:
    """Rows for {text: answer word}, put as the same question as the rows of `like`.

    Raises ValueError for an answer that is none of the task's labels, and for what is no text.
    """
    from datasets import Dataset

    names = label_names(like)
    wrong = [answer for answer in answers.values() if answer not in names]
    if wrong or not answers:
        found = listed(wrong) or "no text at all"
        raise ValueError(f"give texts with answers out of {listed(names, 9)}; found {short(found)}")
    columns = {
        "text": [check_text(text, "a text of your own") for text in answers],
        "label": [names.index(answer) for answer in answers.values()],
        "prompt": [as_asked(like, text) for text in answers],
        "kind": [""] * len(answers),
    }
    return Dataset.from_dict({name: columns[name] for name in like.column_names}, like.features)


def as_asked(like: Dataset, text: str) -> str:
    """The prompt of the first row of `like` with this text in the place of its own."""
    if len(like) == 0:
        raise ValueError(
            "there are no rows to take the question from; give rows of a task, such as its test split"
        )
    old, prompt = like[0]["text"], like[0]["prompt"]
    before, found, after = prompt.rpartition(f"{old}\n")  # the last: solved examples may stand before it
    if not found:
        raise ValueError(f"the prompt {brief(prompt)} does not hold its own text {brief(old)} in a line")
    return f"{before}{text}\n{after}"
