"""A model is loaded whole, or it is said what its file lacks, has besides, or holds wrongly."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ia3_teach import IA3, LoRA, attach, load_adapter, load_model, merge, save_adapter
from ia3_teach.course.shipped.paths import data_dir

Weights = dict[str, Tensor]
LONG = "w" * 100_000


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_dir() / "models" / "tiny-bert", tmp_path / "mine"))


def rewrite(directory: Path, change: Callable[[Weights], Weights]) -> None:
    path = directory / "model.safetensors"
    save_file(change(load_file(path)), path, {"format": "pt"})


def configure(directory: Path, **settings: object) -> None:
    path = directory / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


def first_is(value: float) -> Callable[[Weights], Weights]:
    def change(weights: Weights) -> Weights:
        weights[sorted(weights)[0]].flatten()[0] = value
        return weights

    return change


def refused(directory: Path, message: str, **settings: object) -> None:
    state = torch.random.get_rng_state()
    with pytest.raises(ValueError, match=message) as error:
        load_model(str(directory), **settings)
    assert len(str(error.value)) < 600
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("labels", [None, 2])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: {k: v for k, v in w.items() if "layer.1.output.dense.bias" not in k}, "lacks 1 .*layer.1"),
        (lambda w: {k: v for k, v in w.items() if "embeddings" not in k}, "lacks [56] .*bert.embeddings"),
        (lambda w: w | {"bert.encoder.layer.4.output.dense.bias": torch.ones(192)}, "holds 1 .*layer.4"),
        (lambda w: w | {"bert.encoder.layer.0.output.dense.more": torch.ones(2)}, "holds 1 .*dense.more"),
        (lambda w: w | {"bert.embeddings.LayerNorm.more": torch.ones(2)}, "holds 1 .*LayerNorm.more"),
        (lambda w: w | {"bert.embeddings_project.weight": torch.ones(2)}, "holds 1 .*embeddings_project"),
        (lambda w: w | {"bert.more_norm.weight": torch.ones(2)}, "holds 1 .*more_norm"),
        (lambda w: {f"_orig_mod.{k}": v for k, v in w.items()}, "lacks .*wrapper"),
        (lambda w: {f"module.{k}": v for k, v in w.items()}, "lacks .*wrapper"),
        (lambda w: {LONG: torch.ones(2)}, "lacks"),
        (lambda w: {}, "lacks"),
        (first_is(float("nan")), "NaN or infinity"),
        (first_is(float("-inf")), "NaN or infinity"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_the_whole_model_is_refused(saved, change, message: str, labels) -> None:
    rewrite(saved, change)
    refused(saved, message, num_labels=labels)


@pytest.mark.parametrize("size", [-4, 0])
@pytest.mark.parametrize(
    "name", ["hidden_size", "num_hidden_layers", "vocab_size", "num_attention_heads", "intermediate_size"]
)
def test_a_size_below_one_is_refused(saved, name: str, size: int) -> None:
    configure(saved, **{name: size})
    refused(saved, f"{name}={size}; it is a whole number")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_hidden_layers": 2}, "holds 32 .*layer.2"),
        ({"num_hidden_layers": 9}, "lacks 80 .*layer.4"),
        ({"layer_norm_eps": float("nan")}, "layer_norm_eps=nan"),
        ({"intermediate_size": 100}, "has the shape .*needed is"),
        ({"model_type": "no_such_type"}, "no_such_type"),
        ({"model_type": LONG}, "cannot be loaded"),
        ({"model_type": "mine", "auto_map": {"AutoConfig": "own.Own"}}, "custom code"),
    ],
)
def test_settings_of_another_model_are_refused(saved, settings: dict, message: str) -> None:
    configure(saved, **settings)
    refused(saved, message)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.safetensors", None, "cannot be loaded.*model.safetensors"),
        ("model.safetensors", b"abc", "header"),
        ("config.json", b"{", "not a valid JSON"),
        ("config.json", b"[1]", "model_type"),
        ("tokenizer.json", b"{", "cannot be loaded"),
        ("tokenizer.json", None, "tokenizer"),
    ],
)
def test_a_damaged_or_missing_file_is_an_error_in_words(saved, name: str, content, message: str) -> None:
    (saved / name).unlink() if content is None else (saved / name).write_bytes(content)
    refused(saved, message)


def test_a_model_without_a_tokenizer_is_refused(saved) -> None:
    (saved / "tokenizer.json").unlink()
    (saved / "tokenizer_config.json").unlink()
    refused(saved, "there is no tokenizer")


@pytest.mark.parametrize("recipe", [IA3(), LoRA(r=2)])
def test_a_model_saved_with_its_adapter_on_leads_to_save_adapter_and_merge(recipe, tmp_path) -> None:
    model, tokenizer = load_model("tiny-bloom")
    attach(model, recipe)
    ids = tokenizer("Anna was happy.", return_tensors="pt")
    tokenizer.save_pretrained(tmp_path)
    model.save_pretrained(tmp_path)
    refused(tmp_path, "saved with an adapter on .*save_adapter.*merge")
    merge(model)
    model.save_pretrained(tmp_path)
    again, _ = load_model(str(tmp_path))
    assert torch.allclose(again(**ids).logits, model(**ids).logits, atol=1e-5)


def test_a_head_alone_saved_with_its_adapter_on_is_noticed(tmp_path) -> None:
    """Of such a file nothing is missing but the head, which could pass for a new one."""
    model, tokenizer = load_model("tiny-bert", num_labels=2)
    attach(model, IA3(sites={"bert.pooler.dense": "out"}))
    model.bert.pooler.dense = model.bert.pooler.dense.base
    tokenizer.save_pretrained(tmp_path)
    model.save_pretrained(tmp_path)
    refused(tmp_path, "saved with an adapter on", num_labels=2)


@pytest.mark.parametrize("labels", [3, 1])
def test_a_saved_head_of_another_size_is_refused(labels: int, tmp_path) -> None:
    model, tokenizer = load_model("tiny-bert", num_labels=2)
    tokenizer.save_pretrained(tmp_path)
    model.save_pretrained(tmp_path)
    refused(tmp_path, f"classifier.bias has the shape .2,.*num_labels={labels}", num_labels=labels)
    again, _ = load_model(str(tmp_path), num_labels=2)
    assert torch.equal(again.classifier.weight, model.classifier.weight)
    refused(tmp_path, "no whole language model; load_model.name, num_labels=2")


def test_a_half_saved_head_is_no_new_one(saved) -> None:
    rewrite(saved, lambda weights: weights | {"classifier.weight": torch.ones(2, 192)})
    refused(saved, "lacks 1 .*classifier.bias", num_labels=2)


def test_a_missing_pooler_is_part_of_the_new_head(saved, tmp_path) -> None:
    """Left as it was drawn and frozen, it would stand between the model and its classifier."""
    rewrite(saved, lambda weights: {k: v for k, v in weights.items() if "pooler" not in k})
    model, _ = load_model(str(saved), num_labels=2)
    attach(model, IA3())
    heads = {
        name for name, p in model.named_parameters() if p.requires_grad and "adapters.default.l_" not in name
    }
    assert len(heads) == 4 and any("pooler" in name for name in heads)
    with torch.no_grad():
        for name in heads:
            model.get_parameter(name).add_(1)
    save_adapter(model, tmp_path / "adapter")
    fresh, _ = load_model(str(saved), num_labels=2, seed=3)
    load_adapter(fresh, tmp_path / "adapter")
    ids = torch.tensor([[5, 6, 7]])
    assert torch.allclose(fresh(ids).logits, model(ids).logits, atol=1e-6)


def test_an_adapter_directory_leads_to_load_adapter(saved, tmp_path) -> None:
    model, _ = load_model("tiny-bert", num_labels=2)
    attach(model, IA3())
    refused(save_adapter(model, tmp_path / "adapter"), "no config.json.*load_adapter")
    save_adapter(model, saved)
    refused(saved, "a model and adapter_config.json.*load_adapter")


@pytest.mark.parametrize("labels", [0, -1, True, 2.0, "2", LONG])
def test_what_is_no_number_of_classes_is_refused(saved, labels) -> None:
    refused(saved, "num_labels is a whole number of at least 1", num_labels=labels)


def test_no_code_is_run_whatever_the_terminal_would_answer(saved, monkeypatch) -> None:
    configure(saved, model_type="mine", auto_map={"AutoConfig": "own.Own"})
    (saved / "own.py").write_text("raise SystemExit('this ran')")
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    refused(saved, "custom code")


@pytest.mark.parametrize("name", ["tiny-bert", "tiny-bloom"])
def test_the_shipped_models_have_nothing_new(name: str) -> None:
    model, _ = load_model(name)
    assert isinstance(model, nn.Module) and model._ia3_teach_new == ()


def test_two_that_load_at_once_leave_the_messages_as_they_were() -> None:
    from transformers.utils import logging

    from ia3_teach.course.shipped.models import _quiet

    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    first, second = _quiet(), _quiet()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == (level, bar)
