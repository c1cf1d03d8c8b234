"""The losses against their formulas and against transformers' own."""

import math

import pytest
import torch
from small_models import bert, bloom, tokens
from torch import nn

from ia3_teach.training.losses import classification, language_model, loss_of, token_loss

LABELS = torch.tensor([[-100, -100, 5, 6, 7, -100, 8], [-100] * 7, [9, 10, 11, 12, 13, 14, 15]])


def test_language_model_by_a_slow_loop_and_by_transformers() -> None:
    model = bloom()
    logits, terms = model(tokens()).logits, []
    for b in range(3):
        for t in range(6):
            if LABELS[b, t + 1] != -100:
                terms.append(-logits[b, t].log_softmax(-1)[LABELS[b, t + 1]])
    by_hand = sum(terms) / len(terms)
    exact = {"rtol": 0, "atol": 1e-12}
    torch.testing.assert_close(language_model(logits, LABELS), by_hand, **exact)
    batch = {"input_ids": tokens(), "labels": LABELS}
    torch.testing.assert_close(loss_of(model, batch), by_hand, **exact)
    theirs = model(**batch).loss  # transformers computes its loss in float32
    torch.testing.assert_close(loss_of(model, batch).float(), theirs.float(), rtol=1e-5, atol=1e-5)


def test_classification_is_transformers() -> None:
    model, batch = bert(), {"input_ids": tokens(), "labels": torch.tensor([0, 1, 1])}
    torch.testing.assert_close(loss_of(model, batch), model(**batch).loss, rtol=0, atol=1e-12)


def test_a_masked_model_predicts_the_token_of_the_place_itself() -> None:
    class OwnForMaskedLM(nn.Module):
        def forward(self, input_ids: torch.Tensor):
            return type("Output", (), {"logits": nn.functional.one_hot(input_ids, 9) * 1e3})

    ids = torch.tensor([[3, 4, 5]])
    assert loss_of(OwnForMaskedLM(), {"input_ids": ids, "labels": ids}) == 0


@pytest.mark.parametrize("labels", [[[-100, -100]], [[4, -100]]])
def test_no_labelled_token(labels: list) -> None:
    """The first token is predicted by nothing, so that its label alone is none."""
    with pytest.raises(ValueError, match="no token of this batch has a label"):
        language_model(torch.zeros(1, 2, 9), torch.tensor(labels))


@pytest.mark.parametrize("label", [-1, 3, -100])
def test_a_label_that_is_no_class(label: int) -> None:
    with pytest.raises(ValueError, match="classes 0 to 2"):
        classification(torch.zeros(2, 3), torch.tensor([0, label]))


def test_uniform_guesses_cost_log_n() -> None:
    assert token_loss(torch.zeros(1, 2, 8), torch.tensor([[3, -100]])).item() == pytest.approx(math.log(8))


def test_a_loss_of_half_the_bits_has_all_its_digits() -> None:
    model = bert().to(torch.bfloat16)
    batch = {"input_ids": tokens(4), "labels": torch.tensor([0, 1, 1, 0])}
    loss = loss_of(model, batch)
    with torch.no_grad():
        wide = classification(model(batch["input_ids"]).logits.double(), batch["labels"])
    assert loss.dtype == torch.float32 and abs(loss.item() - wide.item()) < 1e-6
