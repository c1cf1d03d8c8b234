"""Examples that were read once give what examples in every prompt give."""

import pytest
import torch
from datasets import ClassLabel

from ia3_teach import few_shot, load_model, load_task
from ia3_teach.course.lesson.evaluate import scores
from ia3_teach.course.lesson.in_context import examples_text, scores_after
from ia3_teach.course.shipped.tasks import in_context_prompt, with_examples


@pytest.fixture(scope="module")
def bloom():
    return load_model("tiny-bloom")


def test_reading_once_changes_no_score(bloom) -> None:
    splits = load_task("plan")
    shots, rows = few_shot(splits["pool"], 3), splits["test"].select(range(7))
    every_time = scores(*bloom, with_examples(rows, shots))
    assert torch.allclose(scores_after(*bloom, shots, rows, batch=4), every_time, atol=1e-3)


def test_scores_are_log_probabilities_of_single_rows(bloom) -> None:
    model, tokenizer = bloom
    splits = load_task("formality")
    shots, row = few_shot(splits["pool"], 2), splits["test"].select([5])
    ids = tokenizer(in_context_prompt(shots, row[0]), return_tensors="pt")["input_ids"]
    with torch.no_grad():
        log_p = model(input_ids=ids).logits[0, -1].log_softmax(-1)
    words = [tokenizer(f" {name}")["input_ids"][0] for name in ("casual", "formal")]
    assert torch.allclose(scores_after(model, tokenizer, shots, row)[0], log_p[words], atol=1e-3)


def test_the_text_before_is_the_prompt_without_its_end() -> None:
    splits = load_task("formality")
    shots, row = few_shot(splits["pool"], 2), splits["test"][0]
    assert examples_text(shots) + row["prompt"] == in_context_prompt(shots, row)


def test_no_examples_are_refused(bloom) -> None:
    splits = load_task("plan")
    with pytest.raises(ValueError, match="at least one example.*found 0"):
        scores_after(*bloom, splits["pool"].select([]), splits["test"].select([0]))


def test_answers_of_two_tokens_are_refused(bloom) -> None:
    splits = load_task("plan")
    rows = splits["test"].select([0]).cast_column("label", ClassLabel(names=["well done", "planned"]))
    with pytest.raises(ValueError, match="answers of one token"):
        scores_after(*bloom, few_shot(splits["pool"], 2), rows)
