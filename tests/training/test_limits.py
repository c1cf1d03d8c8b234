"""Tokens that a model cannot read are refused in words, wherever they come in; what it can read goes on."""

import pytest
import torch
import transformers as t
from small_architectures import ARCHITECTURES, SMALL
from small_models import bert, bloom, tokens
from torch import nn

from ia3_teach import IA3, attach, fit, rank_classify
from ia3_teach.training.limits import check_readable, positions, vocabulary

LEARNED = {
    "bert": (bert, 24),
    "roberta": (lambda: t.RobertaModel(t.RobertaConfig(**{**SMALL, "pad_token_id": 1})), 30),
    "gpt2": (ARCHITECTURES["gpt2"], 32),
    "opt": (ARCHITECTURES["opt"], 2048),
    "distilbert": (ARCHITECTURES["distilbert"], 512),
    "bloom": (bloom, None),
    "llama": (ARCHITECTURES["llama"], None),
    "t5": (ARCHITECTURES["t5"], None),
}


def built(name: str) -> nn.Module:
    made = LEARNED[name][0]()
    return made if isinstance(made, nn.Module) else made.build()


@pytest.mark.parametrize("name", LEARNED)
def test_the_longest_text_is_read_and_one_token_more_is_not(name: str) -> None:
    model, longest = built(name), LEARNED[name][1]
    assert positions(model) == longest
    attach(model, IA3())
    assert (positions(model), vocabulary(model)) == (longest, 50)
    if longest is None or longest > 100:
        return
    model(torch.full((1, longest), 7))
    with pytest.raises((IndexError, RuntimeError)):
        model(torch.full((1, longest + 1), 7))
    with pytest.raises(ValueError, match=f"a text of {longest + 1} tokens, .* reads {longest} at most"):
        check_readable(model, torch.full((1, longest + 1), 7))


@pytest.mark.parametrize("ids", [[5, 50], [99999, 6]])
def test_a_token_beyond_the_vocabulary_is_named(ids: list[int]) -> None:
    model = bert()
    attach(model, IA3())
    before = [p.detach().clone() for p in model.parameters()]
    with pytest.raises(ValueError, match="the model knows 0 to 49; is it the tokenizer of another model"):
        fit(model, [{"input_ids": ids, "labels": 1}], steps=1, learning_rate=1e-2)
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


def test_a_text_that_is_too_long_is_refused_in_training_and_in_choosing() -> None:
    model = bert()
    attach(model, IA3())
    with pytest.raises(ValueError, match="a text of 90 tokens"):
        fit(model, [{"input_ids": [7] * 90, "labels": 1}], steps=1, learning_rate=1e-2)
    writer = ARCHITECTURES["gpt2"]().build()
    with pytest.raises(ValueError, match="a text of 41 tokens"):
        rank_classify(writer, [{"input_ids": [7] * 40, "choices": [[5, 6], [7]]}])


def test_a_model_without_embeddings_or_config_is_let_through() -> None:
    check_readable(nn.Linear(2, 2), tokens())
