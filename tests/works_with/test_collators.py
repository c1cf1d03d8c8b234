"""Batches from a `datasets` data set and the collators of transformers, padded on either side."""

import pytest
import torch
from datasets import Dataset
from lively_models import RECIPES, lively
from small_models import randomise
from torch.utils.data import DataLoader
from transformers import DataCollatorForSeq2Seq, DataCollatorWithPadding
from word_tokenizer import words

from ia3_teach import fit
from ia3_teach.training.losses import loss_of

TEXTS = ["is it dry", "dry", "is it not dry yes"]


def data(pads: str, answers: list[str] | None = None) -> Dataset:
    """Three texts of different lengths, each with a class or with the tokens of an answer."""
    columns = dict(words(pads)(TEXTS))
    columns["labels"] = [0, 1, 1] if answers is None else words(pads)(answers)["input_ids"]
    return Dataset.from_dict(columns)


def one_batch(rows: Dataset, collator) -> dict[str, torch.Tensor]:
    return next(iter(DataLoader(rows, batch_size=3, collate_fn=collator)))


@pytest.mark.parametrize("recipe", RECIPES)
def test_padding_a_batch_for_a_classifier(recipe: str) -> None:
    model, rows = lively("bert", recipe), data("right")
    randomise(model)
    batch = one_batch(rows, DataCollatorWithPadding(words()))
    assert batch["input_ids"].shape == (3, 6)
    logits = model(**batch).logits
    for i, row in enumerate(rows):
        alone = model(input_ids=torch.tensor([row["input_ids"]])).logits[0]
        torch.testing.assert_close(logits[i], alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("kind", ["t5", "bloom"])
def test_padding_texts_and_labels(kind: str, recipe: str) -> None:
    """The loss of the padded batch is the mean over the rows' tokens; every adapter has a gradient."""
    model = lively(kind, recipe)
    randomise(model)
    rows = data("right", ["yes", "no", "not dry"] if kind == "t5" else TEXTS)
    batch = dict(one_batch(rows, DataCollatorForSeq2Seq(words(), model=model)))
    assert (batch["labels"] == -100).any()
    batch.pop("decoder_input_ids", None)
    loss, total, n_tokens = loss_of(model, batch), 0.0, 0
    for row in rows:
        labels = torch.tensor([row["labels"]])
        alone = loss_of(model, {"input_ids": torch.tensor([row["input_ids"]]), "labels": labels})
        n = labels.shape[1] - (kind == "bloom")
        total, n_tokens = total + n * alone, n_tokens + n
    torch.testing.assert_close(loss, total / n_tokens, rtol=0, atol=1e-12)
    loss.backward()
    assert all(p.grad.abs().max() > 0 for p in model.parameters() if p.requires_grad)


@pytest.mark.parametrize("recipe", RECIPES)
def test_padding_on_the_left(recipe: str) -> None:
    """As for generating; in float32, because BLOOM's own attention makes NaN of such padding in float64."""
    model, rows = lively("bloom", recipe), data("left").remove_columns("labels")
    randomise(model)
    batch = one_batch(rows, DataCollatorWithPadding(words("left")))
    assert (batch["attention_mask"][:, 0] == 0).any()
    last = model.float()(**batch).logits[:, -1]
    for i, row in enumerate(rows):
        alone = model(input_ids=torch.tensor([row["input_ids"]])).logits[0, -1]
        torch.testing.assert_close(last[i], alone, rtol=0, atol=1e-4)


def test_fit_takes_a_data_set_as_it_is() -> None:
    model = lively("bert", "ia3")
    history = fit(model, data("right"), steps=3, learning_rate=1e-2, batch_size=3)
    assert history.losses[2] < history.losses[0]
