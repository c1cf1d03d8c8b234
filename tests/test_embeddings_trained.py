"""Embeddings and output layers trained in full: they are not resized, and show the weight in use."""

import copy
import pickle

import pytest
import torch
from small_models import bloom, tokens

from ia3_teach import IA3, LoRA, attach, detach


@pytest.mark.parametrize(
    "recipe",
    [
        IA3(modules_to_save=["lm_head"]),
        IA3(modules_to_save=["transformer.word_embeddings"]),
        LoRA(r=2, sites=["lm_head"]),
    ],
)
def test_resizing_is_refused_while_an_adapter_trains_an_embedding(recipe) -> None:
    model = bloom()
    attach(model, recipe)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    for each in (model, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        with pytest.raises(ValueError, match="resize before you attach, or detach"):
            each.resize_token_embeddings(60)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    detach(model)
    assert model.resize_token_embeddings(60).num_embeddings == 60


def test_resizing_goes_on_where_no_embedding_is_trained() -> None:
    model = bloom()
    attach(model, IA3())
    model.resize_token_embeddings(60)
    assert model(tokens()).logits.shape[-1] == 60


def test_a_head_shows_the_weight_and_bias_of_the_copy_in_use() -> None:
    model = bloom()
    attach(model, IA3(modules_to_save=["lm_head"]))
    head = model.lm_head
    head.adapters["default"].weight.data.fill_(2)
    assert (head.weight == 2).all() and head.bias is None
    head.active = ()
    assert head.weight is head.base.weight
    attach(model, IA3(modules_to_save=["transformer.ln_f"]), "norm")
    assert model.transformer.ln_f.bias is model.transformer.ln_f.adapters["norm"].bias
