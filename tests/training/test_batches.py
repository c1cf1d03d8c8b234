"""Labels of every form: classes, several at once, numbers; and what is none of them, said in words."""

import pytest
import torch
from small_models import bert, bloom, tokens

from ia3_teach import IA3, attach, fit
from ia3_teach.training.batches import collate, pad_id
from ia3_teach.training.losses import language_model, loss_of, token_loss

LONG = "x" * 100_000


def examples(labels: list) -> list[dict]:
    return [
        {"input_ids": row, "labels": label} for row, label in zip(tokens().tolist(), labels, strict=False)
    ]


@pytest.mark.parametrize(
    ("n", "labels", "kind"),
    [
        (1, [0.25, 2.5, 4.0], "regression"),
        (1, [0, 2, 5], "regression"),
        (1, [0.5, 1, True], "regression"),
        (3, [[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1, 1, 0.5]], "multi_label_classification"),
        (3, [torch.tensor([1.0, 0.0, 1.0])] * 3, "multi_label_classification"),
        (2, [True, False, True], "single_label_classification"),
        (2, [torch.tensor(1), 0, 1], "single_label_classification"),
    ],
)
def test_the_loss_is_the_model_s_own_for_every_form_of_labels(n: int, labels: list, kind: str) -> None:
    model = bert(num_labels=n)
    model.config.problem_type = kind
    batch = collate(examples(labels), model)
    theirs = batch["labels"].double() if batch["labels"].is_floating_point() or n == 1 else batch["labels"]
    own = model(**{**batch, "labels": theirs}).loss
    torch.testing.assert_close(loss_of(model, batch), own, rtol=0, atol=1e-12)
    attach(model, IA3())
    assert len(fit(model, examples(labels), steps=2, learning_rate=1e-3, batch_size=3).losses) == 2


@pytest.mark.parametrize(
    ("n", "labels", "message"),
    [
        (2, [0.0, 1.0, 1.0], "has 2 outputs; found labels of shape .. and kind torch.float32"),
        (2, [0.5, 0, 1], "for several labels at once 2 fractions"),
        (2, [[0], [1], [0]], r"found labels of shape .1,. and kind torch.int64"),
        (3, [[1.0, 0.0]] * 3, "has 3 outputs; found labels of shape .2,."),
        (2, [[1.0, 2.0]] * 3, "between 0 and 1; found 1 to 2"),
        (2, [[1.0, float("nan")]] * 3, "between 0 and 1"),
        (2, [0, [0], 1], "some examples of the batch have one label, others a row"),
        (2, [[1.0], [0.0, 1.0], [0.0, 1.0]], "rows of unequal length"),
        (2, [0, 7, 1], "classes 0 to 1; found 0, 1 and 7|classes 0 to 1; found 0, 1, 7"),
        (2, [0, -1, 1], "classes 0 to 1; found -1"),
        (2, ["positive", 0, 1], "labels of example 0 are numbers; found 'positive'"),
        (2, [LONG, 0, 1], "labels of example 0 are numbers"),
        (2, [[LONG], 0, 1], "labels of example 0 are numbers"),
        (2, [10**400, 0, 1], "labels of example 0 are numbers"),
        (2, [[[0]], 0, 1], "labels of example 0 are a number or one row"),
    ],
)
def test_labels_that_fit_no_loss_are_refused_and_nothing_changes(n: int, labels: list, message: str) -> None:
    model = bert(num_labels=n)
    attach(model, IA3())
    before = [p.clone() for p in model.parameters()]
    with pytest.raises(ValueError, match=message) as error:
        fit(model, examples(labels), steps=1, learning_rate=1e-2, batch_size=3)
    assert len(str(error.value)) < 600
    assert all(torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))


@pytest.mark.parametrize("ids", [[[5, 6]], torch.tensor([[5, 6]]), [0.5, 1.0], [5, -1], ["a"], LONG, [LONG]])
def test_tokens_that_are_no_row_of_numbers_are_refused(ids) -> None:
    model = bert()
    attach(model, IA3())
    with pytest.raises(ValueError, match="input_ids of example 0") as error:
        fit(model, [{"input_ids": ids, "labels": 0}], steps=1, learning_rate=1e-2)
    assert len(str(error.value)) < 600


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([5, -1, 6, 7, 8, 9, 10], "labels are tokens, 0 to 49, or -100 for none; found -1"),
        ([5, 50, 6, 7, 8, 9, 10], "found 50"),
        ([5, 6], "labels have the shape .1, 1., the tokens .1, 6."),
        ([0.5] * 7, "labels of tokens are whole numbers"),
    ],
)
def test_labels_of_tokens_that_cannot_be_are_refused(labels: list, message: str) -> None:
    model = bloom()
    attach(model, IA3())
    with pytest.raises(ValueError, match=message):
        fit(model, examples([labels]), steps=1, learning_rate=1e-2, batch_size=1)


def test_ignored_labels_are_still_ignored() -> None:
    logits, labels = torch.randn(1, 3, 5), torch.tensor([[-100, 4, 0]])
    assert language_model(logits, labels) == token_loss(logits[:, :-1], labels[:, 1:])


@pytest.mark.parametrize("pad", [-1, None, 0])
def test_a_padding_token_of_minus_one_is_no_token(pad) -> None:
    model = bert()
    model.config.pad_token_id = pad
    batch = collate([{"input_ids": [5, 6], "labels": 0}, {"input_ids": [7], "labels": 1}], model)
    assert pad_id(model) == 0 and batch["input_ids"].tolist() == [[5, 6], [7, 0]]
    assert loss_of(model, batch).isfinite()


def test_the_padding_that_a_tokenizer_added_is_not_read() -> None:
    """tokenizer(text, padding="max_length") fills a row up and says so in attention_mask alone."""
    model = bert()
    short = {"input_ids": [5, 6, 7], "labels": 1}
    filled = {"input_ids": [5, 6, 7, 0, 0], "labels": 1, "attention_mask": [1, 1, 1, 0, 0]}
    losses = [loss_of(model, collate([example, example], model)).item() for example in (short, filled)]
    assert abs(losses[0] - losses[1]) < 1e-12


@pytest.mark.parametrize("key", ["attention_mask", "token_type_ids"])
def test_rows_beside_the_tokens_that_do_not_fit_are_refused(key: str) -> None:
    whole, bare = {"input_ids": [5, 6], "labels": 1, key: [1, 0]}, {"input_ids": [5, 6], "labels": 1}
    for examples in ([whole, bare], [bare, whole]):
        with pytest.raises(ValueError, match=f"1 of the 2 examples of a batch have {key}"):
            collate(examples, bert())
    with pytest.raises(ValueError, match=f"2 input_ids and 1 {key}"):
        collate([{**bare, key: [1]}], bert())
