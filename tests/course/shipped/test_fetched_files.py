"""A fetched model is what was fetched: nothing missing, nothing changed, nothing beside it."""

import json
import os
import shutil
from pathlib import Path

import pytest

from ia3_teach import IA3, attach, load_model, save_adapter
from ia3_teach.course.shipped import real_models
from ia3_teach.course.shipped.manifest import sha256
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.real_models import SUMS, fetched


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(real_models, "folder_of", lambda name: tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / SUMS).write_text(json.dumps({"config.json": sha256(tmp_path / "config.json")}))
    return tmp_path


def test_what_is_saved_of_a_fetched_model_names_no_folder_of_this_machine(folder: Path) -> None:
    shutil.copytree(data_dir() / "models" / "tiny-bloom", folder, dirs_exist_ok=True)
    sums = {path.name: sha256(path) for path in folder.iterdir() if path.name != SUMS}
    (folder / SUMS).write_text(json.dumps(sums))
    model, tokenizer = load_model("smollm2-135m")
    attach(model, IA3())
    saved = save_adapter(model, folder / "saved")
    said = json.loads((saved / "adapter_config.json").read_text())
    assert said["base_model_name_or_path"] == tokenizer.name_or_path == "smollm2-135m"


def test_what_was_fetched_is_had_by_its_name(folder: Path) -> None:
    assert fetched("minilm-l6") == folder


@pytest.mark.parametrize("name", ["adapter_config.json", "model.safetensors", "deeper/tokenizer.json"])
def test_a_file_that_came_later_is_named(folder: Path, name: str) -> None:
    """transformers would put an adapter on unasked, and read weights that nobody summed."""
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("{}")
    with pytest.raises(ValueError, match=f"{Path(name).name}.* does not belong to the model; remove it"):
        fetched("minilm-l6")


@pytest.mark.parametrize("content", ["", "[]", "{}", "{", "[" * 100_000, '{"a": "b"}'])
def test_a_list_of_sums_that_is_none_is_damaged(folder: Path, content: str) -> None:
    (folder / SUMS).write_text(content)
    with pytest.raises(ValueError, match="sha256.json is damaged"):
        fetched("minilm-l6")


@pytest.mark.skipif(os.name != "posix", reason="makes a link")
def test_a_file_that_became_a_link_or_was_changed_is_named(folder: Path) -> None:
    (folder / "config.json").rename(folder.parent / "other.json")
    (folder / "config.json").symlink_to(folder.parent / "other.json")
    with pytest.raises(ValueError, match="config.json is missing or was changed"):
        fetched("minilm-l6")
