"""Embeddings and output layers trained in full: not resized, tied as before, showing the one in use."""

import copy
import pickle

import pytest
import torch
from small_models import bloom, tokens
from transformers import BertConfig, BertForMaskedLM

from ia3_teach import IA3, LoRA, attach, detach, merge


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


TIED = [
    IA3(modules_to_save=["lm_head"]),
    IA3(modules_to_save=["transformer.word_embeddings"]),
    IA3(modules_to_save=["transformer.word_embeddings", "lm_head"]),
    LoRA(r=2, sites=["lm_head"]),
    LoRA(r=2, sites=["query_key_value"], modules_to_save=["lm_head"]),
]


@pytest.mark.parametrize("recipe", TIED, ids=range(5))
def test_tying_again_joins_the_originals_and_leaves_what_an_adapter_trains(recipe) -> None:
    model = bloom()
    model.config.tie_word_embeddings = True
    model.tie_weights()
    attach(model, recipe)
    for each in (model, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        with torch.no_grad():
            for parameter in each.parameters():
                if parameter.requires_grad:
                    parameter.mul_(1.1)
        before = {name: value.clone() for name, value in each.state_dict().items()}
        logits, trainable = (
            each(tokens()).logits,
            [name for name, p in each.named_parameters() if p.requires_grad],
        )
        each.tie_weights()
        each.tie_weights(recompute_mapping=False)
        assert torch.equal(each(tokens()).logits, logits)
        assert {*before} == {*each.state_dict()}
        assert all(torch.equal(value, before[name]) for name, value in each.state_dict().items())
        assert trainable == [name for name, p in each.named_parameters() if p.requires_grad]
        detach(each)
        assert each.lm_head.weight is each.transformer.word_embeddings.weight
        assert "tie_weights" not in vars(each)


def test_tying_the_weights_of_a_merged_layer_is_refused() -> None:
    model = bloom()
    model.config.tie_word_embeddings = True
    model.tie_weights()
    attach(model, LoRA(r=2, sites=["lm_head"]))
    merge(model)
    with pytest.raises(ValueError, match=r"call unmerge\(model\) before you tie its weights"):
        model.tie_weights()


def test_a_tied_layer_inside_a_head_is_tied_again() -> None:
    """The decoder of BERT's `cls` shares the embedding's weight, and the whole of `cls` is trained."""
    torch.manual_seed(0)
    sizes = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    model = BertForMaskedLM(BertConfig(**sizes, intermediate_size=24, tie_word_embeddings=True))
    attach(model, IA3(modules_to_save=["cls"]))
    model.tie_weights()
    detach(model)
    assert model.cls.predictions.decoder.weight is model.bert.embeddings.word_embeddings.weight


def test_a_method_that_somebody_else_put_there_stays() -> None:
    model = bloom()
    model.resize_token_embeddings = mine = lambda *_: None
    attach(model, IA3())
    detach(model)
    assert model.resize_token_embeddings is mine
