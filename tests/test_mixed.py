"""One adapter per row where a layer does not get (rows, tokens, channels): OPT, beams, routed experts."""

import pytest
import torch
from small_models import bloom, random_biases, randomise, tokens
from torch import nn
from transformers import (
    BertConfig,
    BertForMultipleChoice,
    OPTConfig,
    OPTForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

from ia3_teach import IA3, LoRA, activate, attach, rows
from ia3_teach.mixed import Rows

BEAMS = {"max_new_tokens": 5, "do_sample": False, "num_beams": 3, "eos_token_id": None}
SIZES = {"vocab_size": 50, "hidden_size": 16, "intermediate_size": 24}
IDS = {"vocab_size": 50, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}


def opt() -> nn.Module:
    sizes = {"hidden_size": 16, "word_embed_proj_dim": 16, "ffn_dim": 32, "max_position_embeddings": 64}
    return random_biases(
        OPTForCausalLM(OPTConfig(num_hidden_layers=2, num_attention_heads=4, **sizes, **IDS))
    )


def t5() -> nn.Module:
    config = T5Config(
        d_model=16, d_kv=4, d_ff=24, num_layers=2, num_heads=4, decoder_start_token_id=0, vocab_size=50
    )
    return random_biases(T5ForConditionalGeneration(config))


def with_two(build, recipe=IA3) -> nn.Module:
    model = build()
    for seed, name in enumerate("ab"):
        attach(model, recipe(), name)
        randomise(model, seed)
    return model


def test_a_flattened_batch_of_another_size_is_refused() -> None:
    model = with_two(opt)
    for names in (["a", "b"], ["a", "b", None, "a", "b"]):
        with pytest.raises(ValueError, match="give one name per row"), rows(model, names):
            model(tokens(4))


def test_several_rows_per_name_are_beams_only_while_the_model_writes() -> None:
    model = with_two(bloom)
    with rows(model, ["a", "b"]):
        assert model.generate(tokens(2), **BEAMS).shape == (2, 12)
        for batch in (4, 6):
            with pytest.raises(ValueError, match=f"2 names, but the batch has {batch} rows"):
                model(tokens(batch))
            with pytest.raises(ValueError, match="give one name per row"):
                model.generate(tokens(batch), max_new_tokens=2)
    assert "generate" not in vars(model) and not model._forward_pre_hooks


def test_routed_experts_are_refused() -> None:
    model = nn.ModuleDict({"experts": nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])})
    attach(model, IA3(sites={"experts.0": "out"}), "a")
    with pytest.raises(ValueError, match="tokens of all rows mixed"), rows(model, ["a", None]):
        pass


def test_tokens_are_told_from_rows_by_what_the_model_was_given() -> None:
    mixed = Rows(("a", "b"))
    with pytest.raises(ValueError, match="2 names"):
        mixed.apart(lambda x: x, torch.zeros(6, 4))
    mixed.meet([torch.zeros(2, 3)])
    assert mixed.apart(lambda x: x, torch.zeros(6, 4)).shape == (6, 4)
    with pytest.raises(ValueError, match="2 names"):
        mixed.apart(lambda x: x, torch.zeros(6, 1, 4))


@pytest.mark.parametrize("recipe", [IA3, LoRA])
def test_rows_of_opt_equal_single_passes_forward_and_backward(recipe) -> None:
    model, batch, names = with_two(opt, recipe), tokens(3), ["b", None, "a"]
    with rows(model, names):
        mixed = model(batch).logits
        mixed.square().sum().backward()
    found = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    for i, name in enumerate(names):
        activate(model, name)
        alone = model(batch[i : i + 1]).logits
        torch.testing.assert_close(mixed[i : i + 1], alone, rtol=0, atol=1e-12)
        if name:
            alone.square().sum().backward()
    for name, p in model.named_parameters():
        if name in found:
            torch.testing.assert_close(found[name], p.grad, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("build", [bloom, opt, t5])
@pytest.mark.parametrize("options", [BEAMS, BEAMS | {"num_return_sequences": 2}], ids=["best", "best two"])
def test_all_beams_of_a_row_have_its_adapter(build, options) -> None:
    model, batch, names = with_two(build), tokens(3), ["b", None, "a"]
    with rows(model, names):
        mixed = model.generate(batch, **options)
    for i, written in enumerate(mixed.view(3, -1, mixed.shape[-1])):
        activate(model, names[i])
        assert torch.equal(written, model.generate(batch[i : i + 1], **options))


def test_as_many_tokens_as_names_are_no_rows() -> None:
    """Four tokens of two rows meet a layer as a list of four; only the model itself sees the batch."""
    model = opt()
    for name in "ab":
        attach(model, IA3(sites={"fc2": "in"}), name)
    with rows(model, ["a", "b", None, "a"]):
        with pytest.raises(ValueError, match="4 names, but the batch has 2 rows"):
            model(tokens(2, length=2))
        assert model(tokens(4, length=2)).logits.shape[0] == 4


@pytest.mark.parametrize("recipe", [IA3, LoRA])
def test_all_choices_of_a_row_have_its_adapter(recipe) -> None:
    model = random_biases(
        BertForMultipleChoice(BertConfig(**SIZES, num_hidden_layers=2, num_attention_heads=4))
    )
    ids = tokens(4, length=5).unflatten(0, (2, 2))
    alone = []
    for seed, name in enumerate("ab"):
        attach(model, recipe(), name)
        randomise(model, seed)
        alone.append(model(ids).logits)
    with rows(model, ["b", "a"]):
        mixed = model(ids).logits
    torch.testing.assert_close(mixed, torch.stack([alone[1][0], alone[0][1]]), rtol=0, atol=1e-12)
