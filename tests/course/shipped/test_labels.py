"""Rows without a label, which many data sets mark with -1, are neither taught nor drawn nor counted."""

import pytest
from datasets import ClassLabel, Dataset, Features, Value

from ia3_teach import accuracy, encode, few_shot, load_model
from ia3_teach.course.lesson.evaluate import scores
from ia3_teach.course.lesson.in_context import scores_after
from ia3_teach.course.shipped.tasks import examples_text, in_context_prompt, label_names, with_examples

TEXTS = ["It was bad.", "It was good.", "It was late.", "It was dry.", "It rained."]
SENTINELS = [-1, None]


def rows_of(labels: list, names: tuple[str, ...] = ("no", "yes")) -> Dataset:
    texts = TEXTS[: len(labels)]
    features = {"text": Value("string"), "label": ClassLabel(names=list(names)), "prompt": Value("string")}
    prompts = [f"{text}\nQuestion: Is it good?\nAnswer:" for text in texts]
    return Dataset.from_dict({"text": texts, "label": labels, "prompt": prompts}, Features(features))


@pytest.fixture(scope="module", params=["tiny-bloom", "tiny-bert"])
def model(request):
    return load_model(request.param, num_labels=2 if request.param == "tiny-bert" else None)


@pytest.mark.parametrize("none", SENTINELS)
@pytest.mark.parametrize("verb", [encode, accuracy])
def test_a_row_without_a_label_is_refused_with_its_place(model, verb, none) -> None:
    with pytest.raises(
        ValueError, match=f"1 of 3 rows have no label, the first at place 1 with {none}"
    ) as error:
        verb(*model, rows_of([0, none, 1]))
    assert len(str(error.value)) < 600


@pytest.mark.parametrize("none", SENTINELS)
def test_solved_examples_have_an_answer(none) -> None:
    shots, rows = rows_of([0, none]), rows_of([1])
    for ask in (
        examples_text,
        lambda shots: with_examples(rows, shots),
        lambda shots: in_context_prompt(shots, rows[0]),
    ):
        with pytest.raises(ValueError, match="1 of 2 rows have no label"):
            ask(shots)
    with pytest.raises(ValueError, match="1 of 2 rows have no label"):
        scores_after(*load_model("tiny-bloom"), shots, rows)


@pytest.mark.parametrize("none", SENTINELS)
def test_few_shot_never_draws_a_row_without_a_label(none) -> None:
    rows = rows_of([none, 0, 1, none, none])
    assert all(sorted(few_shot(rows, 2, seed=seed)["label"]) == [0, 1] for seed in range(5))
    with pytest.raises(ValueError, match="2 rows of label 'no' are needed; there are 1"):
        few_shot(rows, 4)


@pytest.mark.parametrize("none", SENTINELS)
def test_a_row_without_a_label_can_be_scored(model, none) -> None:
    assert scores(*model, rows_of([none, 1])).shape == (2, 2)


def test_labels_without_names_are_refused() -> None:
    rows = rows_of([0, 1]).cast_column("label", Value("int64"))
    for ask in (lambda: few_shot(rows, 2), lambda: examples_text(rows), lambda: label_names(rows)):
        with pytest.raises(ValueError, match="of the kind ClassLabel.*found Value.*cast_column"):
            ask()


def test_more_labels_than_classes_are_refused() -> None:
    bert = load_model("tiny-bert", num_labels=2)
    rows = rows_of([0, 2], names=("no", "yes", "perhaps"))
    for verb in (encode, accuracy, scores):
        with pytest.raises(
            ValueError, match=r"3 labels .no, yes, perhaps., the classifier 2 classes.*num_labels=3"
        ):
            verb(*bert, rows)
