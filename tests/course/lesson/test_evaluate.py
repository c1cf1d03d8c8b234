"""Examples for `fit`, and accuracy by rank classification."""

import pytest
import torch

from ia3_teach import accuracy, encode, few_shot, fit, load_model, load_task
from ia3_teach.course.lesson.evaluate import accuracy_by_kind, scores
from ia3_teach.course.lesson.own_texts import own_rows
from ia3_teach.course.shipped.tasks import task_names


@pytest.fixture(scope="module")
def bloom():
    return load_model("tiny-bloom")


@pytest.mark.parametrize("name", task_names())
def test_answers_are_one_token_and_the_only_labels(bloom, name: str) -> None:
    model, tokenizer = bloom
    rows = few_shot(load_task(name)["pool"], 4)
    for example, row in zip(encode(model, tokenizer, rows), rows, strict=True):
        labelled = [token for token in example["labels"] if token != -100]
        assert tokenizer.decode(labelled) == " " + rows.features["label"].names[row["label"]]
        assert len(labelled) == 1 and example["labels"][-1] == labelled[0]
        assert tokenizer.decode(example["input_ids"][:-1]) == row["prompt"]


def test_scores_do_not_depend_on_the_batch(bloom) -> None:
    rows = load_task("sentiment")["test"].select(range(20))
    one, many = scores(*bloom, rows, batch=1), scores(*bloom, rows, batch=20)
    assert torch.allclose(one, many, atol=1e-4)


def test_rows_of_ones_own_have_no_kind_to_be_read_by(bloom) -> None:
    rows = own_rows(load_task("sentiment")["test"], {"It was good.": "positive"})
    with pytest.raises(ValueError, match="1 of 1 rows say no kind"):
        accuracy_by_kind(*bloom, rows)


def test_accuracy_by_kind_adds_up_to_the_whole(bloom) -> None:
    rows = load_task("formality")["test"].select(range(60))
    found, kinds = accuracy_by_kind(*bloom, rows), list(rows["kind"])
    assert set(found) == {"plain", "quoted", "request"}
    assert list(found.values()) == sorted(found.values(), reverse=True)
    whole = sum(found[kind] for kind in kinds) / len(kinds)
    assert whole == pytest.approx(accuracy(*bloom, rows), abs=1e-6)


def test_scores_are_the_log_probabilities_of_the_answer_words(bloom) -> None:
    model, tokenizer = bloom
    rows = load_task("sentiment")["test"].select([0])
    ids = tokenizer(rows[0]["prompt"], return_tensors="pt")["input_ids"]
    chances = model(input_ids=ids).logits[0, -1].log_softmax(-1)
    words = [tokenizer(" negative")["input_ids"][0], tokenizer(" positive")["input_ids"][0]]
    assert torch.allclose(scores(model, tokenizer, rows)[0], chances[words], atol=1e-4)


def test_a_classifier_learns_a_few_rows() -> None:
    model, tokenizer = load_model("tiny-bert", num_labels=2)
    rows = few_shot(load_task("formality")["pool"], 8)
    examples = encode(model, tokenizer, rows)
    assert {type(example["labels"]) for example in examples} == {int}
    fit(model, examples, steps=25, learning_rate=1e-3)
    assert accuracy(model, tokenizer, rows) == 1.0
    assert not model.training


def test_a_masked_language_model_is_refused() -> None:
    model, tokenizer = load_model("tiny-bert")
    with pytest.raises(ValueError, match="num_labels=2"):
        encode(model, tokenizer, load_task("plan")["test"].select([0]))


def test_no_rows_is_an_error(bloom) -> None:
    with pytest.raises(ValueError, match="no rows"):
        accuracy(*bloom, load_task("plan")["test"].select([]))
