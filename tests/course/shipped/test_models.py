"""Loading models: tiny names, roles, directories, and what is said when there is none."""

import json
import shutil

import pytest
import torch

from ia3_teach import load_model
from ia3_teach.course.shipped.manifest import ManifestError
from ia3_teach.course.shipped.paths import DataError, data_dir

SIZE_LIMIT = 10_000_000


@pytest.mark.parametrize(
    "name, labels, kind",
    [
        ("tiny-bloom", None, "BloomForCausalLM"),
        ("tiny-bert", None, "BertForMaskedLM"),
        ("tiny-bert", 3, "BertForSequenceClassification"),
        ("bloom", None, "BloomForCausalLM"),
    ],
)
def test_tiny_models_load(name: str, labels: int | None, kind: str, monkeypatch) -> None:
    monkeypatch.delenv("IA3_TEACH_BLOOM", raising=False)
    model, tokenizer = load_model(name, num_labels=labels)
    assert type(model).__name__ == kind
    assert model.config.name_or_path in ("tiny-bloom", "tiny-bert"), "no absolute path"
    assert not model.training and model.dtype == torch.float32
    assert tokenizer.pad_token_id == model.config.pad_token_id is not None
    assert {tokenizer.mask_token, tokenizer.cls_token, tokenizer.eos_token} == {"[MASK]", "[CLS]", "</s>"}


def test_a_new_head_depends_on_the_seed_alone() -> None:
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    heads = [load_model("tiny-bert", num_labels=2, seed=s)[0].classifier.weight for s in (0, 0, 1)]
    assert torch.equal(heads[0], heads[1]) and not torch.equal(heads[0], heads[2])
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("name", ["tiny-bloom", "tiny-bert"])
def test_a_model_is_small_and_without_dropout(name: str) -> None:
    weights = data_dir() / "models" / name / "model.safetensors"
    assert weights.stat().st_size <= SIZE_LIMIT
    config = json.loads((weights.parent / "config.json").read_text())
    assert all(not value for key, value in config.items() if "dropout" in key)


def test_a_directory_and_a_role_lead_to_the_same_model(tmp_path, monkeypatch) -> None:
    shutil.copytree(data_dir() / "models" / "tiny-bert", tmp_path / "mine")
    monkeypatch.setenv("IA3_TEACH_BERT", str(tmp_path / "mine"))
    for name in (str(tmp_path / "mine"), "bert"):
        model, _ = load_model(name)
        assert model.config._name_or_path == str(tmp_path / "mine")
    monkeypatch.setenv("IA3_TEACH_BERT", str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="IA3_TEACH_BERT is .*nowhere.* not a directory"):
        load_model("bert")


def test_an_unknown_name_says_what_to_do_without_a_network(monkeypatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match="tiny-bloom and tiny-bert.*HF_HUB_OFFLINE"):
        load_model("nobody/no-such-model")


def test_an_empty_directory_is_no_model(tmp_path) -> None:
    with pytest.raises(ValueError, match="no config.json"):
        load_model(str(tmp_path))


@pytest.mark.parametrize("damage", ["truncate", "change", "remove"])
def test_a_damaged_model_is_refused_before_it_is_read(damage: str, tmp_path, monkeypatch) -> None:
    shutil.copytree(data_dir(), tmp_path / "data")
    monkeypatch.setenv("IA3_TEACH_DATA", str(tmp_path / "data"))
    path = tmp_path / "data" / "models" / "tiny-bert" / "model.safetensors"
    content = path.read_bytes()
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes(content[:-9] if damage == "truncate" else content[:-1] + b"!")
    with pytest.raises(ManifestError, match="model.safetensors .*pretrain"):
        load_model("tiny-bert")


def test_missing_data_is_explained(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("IA3_TEACH_DATA", str(tmp_path))
    with pytest.raises(DataError, match="pip install -e"):
        load_model("tiny-bloom")
