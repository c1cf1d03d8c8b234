"""What PEFT keeps in a file beside its adapter: modules in full, embeddings, copies of a base layer."""

import peft
import pytest
import torch
from safetensors.torch import load_file, save_file
from small_models import tokens
from storage.peft_llama import LONG, llama, refused, written

from ia3_teach import load_adapter
from ia3_teach.layer import Head, wrapped
from ia3_teach.storage.peft_format import TENSORS

EMBEDDING = "base_model.model.model.embed_tokens.weight"
QUERY = "base_model.model.model.layers.0.self_attn.q_proj"


def also(directory, tensors: dict[str, torch.Tensor]) -> None:
    """Put more tensors into a file."""
    save_file(load_file(directory / TENSORS) | tensors, directory / TENSORS)


@pytest.mark.parametrize(
    "name",
    [
        f"{QUERY}.base_layer.weight",
        "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta",
        f"{QUERY}.lora_magnitude_vector",
        "base_model.model.nowhere.weight",
        "nowhere.weight",
        f"base_model.model.{LONG[:450]}.weight",
        f"base_model.model.{LONG}.weight",
    ],
    ids=range(7),
)
def test_a_tensor_that_is_nothing_known_is_named(name: str, tmp_path) -> None:
    written(tmp_path)
    also(tmp_path, {name: torch.ones(32, 32).double()})
    refused(tmp_path, "unexpected tensor|a tensor has a name of")


def test_an_embedding_for_more_tokens_than_the_model_has_is_refused(tmp_path) -> None:
    written(tmp_path)
    also(tmp_path, {EMBEDDING: torch.ones(70, 32)})
    refused(tmp_path, "the number of tokens")


@pytest.mark.parametrize(
    "saved",
    [["lm_head"], ["embed_tokens", "lm_head"], ["norm"], ["model.norm"], ["input_layernorm"], None],
    ids=str,
)
@pytest.mark.parametrize("kind", ["ia3", "lora", "lora on the head"])
def test_a_file_of_peft_with_modules_in_full_is_read_to_the_digit(saved, kind: str, tmp_path) -> None:
    if kind == "ia3":
        names = {"target_modules": ["k_proj", "v_proj", "down_proj"], "feedforward_modules": ["down_proj"]}
        config = peft.IA3Config(**names, modules_to_save=saved)
    else:
        on = ["q_proj"] if kind == "lora" else ["q_proj", "lm_head"]
        if kind != "lora" and saved and "lm_head" in saved:
            pytest.skip("PEFT itself cannot train the same layer both ways")
        config = peft.LoraConfig(r=2, target_modules=on, modules_to_save=saved)
    theirs = peft.get_peft_model(llama(), config)
    for parameter in theirs.parameters():
        if parameter.requires_grad:
            parameter.data += 0.1 * torch.randn_like(parameter)
    theirs.save_pretrained(tmp_path)
    model = llama()
    load_adapter(model, tmp_path)
    torch.testing.assert_close(model(tokens()).logits, theirs(tokens()).logits, rtol=0, atol=1e-12)


def test_an_embedding_that_peft_saved_unasked_is_read(tmp_path) -> None:
    written(tmp_path)
    also(tmp_path, {EMBEDDING: torch.ones(64, 32).double()})
    model = llama()
    load_adapter(model, tmp_path)
    assert (model.model.embed_tokens.weight == 1).all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_a_copy_of_the_model_s_own_embedding_trains_nothing(dtype: torch.dtype, tmp_path) -> None:
    written(tmp_path)
    model = llama()
    own = {EMBEDDING: model.model.embed_tokens.weight}
    own[f"{QUERY}.base_layer.weight"] = model.model.layers[0].self_attn.q_proj.weight
    also(tmp_path, {name: value.detach().to(dtype) for name, value in own.items()})
    load_adapter(model, tmp_path)
    assert not wrapped(model, Head)


def test_an_embedding_that_moved_a_little_is_no_copy(tmp_path) -> None:
    written(tmp_path)
    model = llama()
    moved = model.model.embed_tokens.weight.detach() * (1 + 1e-6)
    also(tmp_path, {EMBEDDING: moved})
    load_adapter(model, tmp_path)
    assert torch.equal(model.model.embed_tokens.weight, moved)
