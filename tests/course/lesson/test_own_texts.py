"""Texts of one's own get the task's question and label numbers."""

import pytest
from datasets import ClassLabel, Dataset, Features, Value

from ia3_teach.course.lesson.own_texts import own_rows

FEATURES = Features(
    {"text": Value("string"), "label": ClassLabel(names=["no", "yes"]), "prompt": Value("string")}
)
LIKE = Dataset.from_dict({"text": ["Old."], "label": [0], "prompt": ["Old.\nGood?\nAnswer:"]}, FEATURES)


def test_question_and_label_are_those_of_the_task() -> None:
    rows = own_rows(LIKE, {"New.": "yes", "Newer.": "no"})
    assert rows["prompt"] == ["New.\nGood?\nAnswer:", "Newer.\nGood?\nAnswer:"]
    assert rows["label"] == [1, 0]
    assert rows.features == LIKE.features


@pytest.mark.parametrize("answers, found", [({"New.": "maybe"}, "maybe"), ({}, "no text at all")])
def test_an_unknown_answer_is_refused(answers: dict[str, str], found: str) -> None:
    with pytest.raises(ValueError, match=found):
        own_rows(LIKE, answers)
