"""What a frozen model is asked, and how the answers' bias is taken out."""

import pytest
import torch

from ia3_teach.course.lesson.calibration import bias_of, without_bias
from ia3_teach.course.lesson.evaluate import scores
from ia3_teach.course.making import asking
from ia3_teach.course.making.asking import bias_texts, drawn, freed, share_right, splits_of
from ia3_teach.course.shipped.results import Run


@pytest.fixture(autouse=True)
def few_rows(monkeypatch: pytest.MonkeyPatch):
    """The first rows of a task stand for all."""
    whole = splits_of("plan")
    some = {"pool": whole["pool"], "test": whole["test"].select(range(12))}
    monkeypatch.setattr(asking, "splits_of", lambda task: some)
    asking.plain_scores.cache_clear()
    yield some
    asking.plain_scores.cache_clear()


def run(method: str, shots: int = 0, seed: int = 0) -> Run:
    return Run("plan", "tiny-bloom", method, shots, seed, 0.0)


def test_a_plain_question_has_no_texts_for_a_bias() -> None:
    assert bias_texts(run("zero_shot")) is None and bias_texts(run("in_context", 4)) is None


def test_empty_texts_are_asked_the_same_question(few_rows) -> None:
    row = few_rows["test"][0]
    asked = list(bias_texts(run("zero_shot_content_free"))["prompt"])
    question = row["prompt"].removeprefix(row["text"])
    assert asked == [f"N/A{question}", question, f"[MASK]{question}"]


def test_unlabelled_texts_are_of_the_pool_and_depend_on_the_seed_alone(few_rows) -> None:
    first, again, other = (bias_texts(run("zero_shot_unlabelled", seed=seed)) for seed in (0, 0, 1))
    assert first["text"] == again["text"] != other["text"]
    assert set(first["text"]) <= set(few_rows["pool"]["text"]) and len(first) == asking.UNLABELLED


def test_draws_are_balanced_from_two_on_and_one_is_drawn_too(few_rows) -> None:
    assert drawn(few_rows["pool"], 0, seed=0) is None
    ones = [drawn(few_rows["pool"], 1, seed)["label"][0] for seed in range(8)]
    assert set(ones) == {0, 1}
    assert sorted(drawn(few_rows["pool"], 4, seed=3)["label"]) == [0, 0, 1, 1]


def test_the_bias_is_taken_out_of_what_the_plain_question_gives(few_rows) -> None:
    model = asking.frozen("tiny-bloom", "cpu")
    plain = scores(*model, few_rows["test"])
    bias = bias_of(scores(*model, bias_texts(run("zero_shot_content_free"))))
    assert torch.allclose(freed(run("zero_shot"), "cpu"), plain)
    assert torch.allclose(freed(run("zero_shot_content_free"), "cpu"), without_bias(plain, bias), atol=1e-5)


def test_an_accuracy_is_the_share_of_right_rows(few_rows) -> None:
    for method, shots in (("zero_shot", 0), ("in_context", 2), ("in_context_unlabelled", 2)):
        right = share_right(run(method, shots)) * len(few_rows["test"])
        assert abs(right - round(right)) < 1e-4
