"""Embeddings and output layers trained in full: not resized, tied as before, showing the one in use."""

import copy
import pickle

import pytest
import torch
from safetensors.torch import load_file
from small_architectures import ARCHITECTURES, PROBED, SMALL
from small_models import bloom, randomise, tokens
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


@pytest.mark.parametrize(
    ("name", "parts"), [("t5", "encoder.embed_tokens"), ("bart", "model.encoder.embed_tokens")]
)
def test_an_embedding_that_nothing_calls_is_refused_and_its_parts_are_named(name: str, parts: str) -> None:
    """T5's and BART's `shared` gives its weight to two modules; a copy of it would never be read."""
    small = (ARCHITECTURES | PROBED)[name]()
    model, shared = small.build(), parts.replace("encoder.embed_tokens", "shared")
    with pytest.raises(ValueError, match=f"{shared} is called by nothing: {parts}"):
        attach(model, IA3(modules_to_save=[shared]))
    before = model(**small.inputs()).logits
    attach(model, IA3(modules_to_save=[parts]))
    randomise(model.get_submodule(parts).adapters)
    assert (model(**small.inputs()).logits - before).abs().max() > 1e-4


@pytest.mark.parametrize("head", ["cls", "cls.predictions", "cls.predictions.decoder"])
def test_a_head_with_a_tie_of_its_own_is_saved_with_the_model(head: str, tmp_path) -> None:
    """The bias of BERT's decoder is also its parent's; the copy that an adapter trains has the same tie."""
    model = BertForMaskedLM(BertConfig(**SMALL)).eval()
    attach(model, IA3(modules_to_save=[head]))
    randomise(model)
    expected = model(tokens()).logits
    model.save_pretrained(tmp_path)
    written = load_file(tmp_path / "model.safetensors")
    other = BertForMaskedLM(BertConfig(**SMALL)).eval()
    attach(other, IA3(modules_to_save=[head]))
    other.load_state_dict(written, strict=False)
    torch.testing.assert_close(other(tokens()).logits, expected, rtol=0, atol=1e-6)
