"""Texts of one's own get the task's question and label numbers."""

import pytest
from datasets import ClassLabel, Dataset, Features, Value

from ia3_teach.course.lesson.own_texts import own_rows

TEXTS = {name: Value("string") for name in ("text", "prompt", "kind")}
FEATURES = Features(TEXTS | {"label": ClassLabel(names=["no", "yes"])})
COLUMNS = {"text": ["Old."], "label": [0], "prompt": ["Old.\nGood?\nAnswer:"], "kind": ["plain"]}
LIKE = Dataset.from_dict(COLUMNS, FEATURES)


def test_question_and_label_are_those_of_the_task() -> None:
    rows = own_rows(LIKE, {"New.": "yes", "Newer.": "no"})
    assert rows["prompt"] == ["New.\nGood?\nAnswer:", "Newer.\nGood?\nAnswer:"]
    assert rows["label"] == [1, 0] and rows["kind"] == ["", ""]
    assert rows.features == LIKE.features


@pytest.mark.parametrize("answers, found", [({"New.": "maybe"}, "maybe"), ({}, "no text at all")])
def test_an_unknown_answer_is_refused(answers: dict[str, str], found: str) -> None:
    with pytest.raises(ValueError, match=found):
        own_rows(LIKE, answers)
