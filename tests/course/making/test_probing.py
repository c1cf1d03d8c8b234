"""A probe reads what is there, and leaves the model as it was."""

import pytest
import torch
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

from ia3_teach import load_model, load_task
from ia3_teach.course.making.probing import features, linear_classifier, probe

COLUMNS = Features({"text": Value("string"), "label": ClassLabel(names=["dry", "wet"])})


def weather(count: int, flipped: bool = False) -> Dataset:
    """Texts of two kinds, the labels right or exchanged."""
    days = ("Monday", "Tuesday", "Friday")
    texts = [f"It {('rained', 'shone')[n % 2]} on {days[n % 3]} {n}." for n in range(count)]
    return Dataset.from_dict({"text": texts, "label": [(n + flipped) % 2 for n in range(count)]}, COLUMNS)


def splits(flipped: bool = False) -> DatasetDict:
    return DatasetDict({"pool": weather(60), "validation": weather(20, flipped)})


@pytest.mark.parametrize("view", ["max", "", None])
def test_an_unknown_view_is_refused(view) -> None:
    with pytest.raises(ValueError, match="mean, pooler"):
        features(*load_model("tiny-bert"), ["It rained."], view)


def test_a_decoder_has_no_pooler() -> None:
    with pytest.raises(ValueError, match="of a BERT"):
        features(*load_model("tiny-bloom"), ["It rained."], "pooler")


def test_more_examples_than_the_pool_has_are_refused() -> None:
    with pytest.raises(ValueError, match="are needed"):
        probe(*load_model("tiny-bert"), splits(), examples=100)


@pytest.mark.parametrize("name", ["tiny-bert", "tiny-bloom"])
def test_what_a_word_says_is_found_and_the_split_alone_decides(name: str) -> None:
    model, tokenizer = load_model(name)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    assert probe(model, tokenizer, splits(), examples=40) == 1.0
    assert probe(model, tokenizer, splits(flipped=True), examples=40) == 0.0
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


@pytest.mark.parametrize("view", ["mean", "pooler"])
def test_features_of_a_text_do_not_depend_on_its_company(view: str) -> None:
    model, tokenizer = load_model("tiny-bert", num_labels=2)
    texts = load_task("sentiment")["test"]["text"][:7]
    together, alone = (
        features(model, tokenizer, texts, view),
        features(model, tokenizer, texts, view, batch=1),
    )
    assert together.shape == (7, model.config.hidden_size)
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)


def test_the_mean_runs_over_the_text_alone() -> None:
    model, tokenizer = load_model("tiny-bert")
    (row,) = features(model, tokenizer, ["It rained."])
    states = model.base_model(**tokenizer("It rained.", return_tensors="pt")).last_hidden_state
    torch.testing.assert_close(row, states[0].mean(0))


def test_the_classifier_is_the_same_each_time() -> None:
    given = torch.randn(30, 4, generator=torch.Generator().manual_seed(0))
    one, two = (linear_classifier(given, (given[:, 0] > 0).long()) for _ in range(2))
    assert torch.equal(one.weight, two.weight)
    assert (one(given).argmax(-1) == (given[:, 0] > 0)).float().mean() > 0.9
