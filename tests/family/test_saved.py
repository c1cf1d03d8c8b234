"""Files of the family: what does not fit is refused in words, and the model stays as it was."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from small_models import bert, bloom, randomise, tokens
from torch.overrides import TorchFunctionMode

from ia3_teach import attach, family, load_adapter, save_adapter
from ia3_teach.family import SSF, PaFi, PiSSA, PromptTuning, VeRA
from ia3_teach.layer import wrapped

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"


def saved(directory: Path, recipe) -> Path:
    model = bert()
    attach(model, recipe)
    randomise(model)
    return save_adapter(model, directory)


def change_settings(directory: Path, **fields: object) -> None:
    """In the config, and without the note about it."""
    path = directory / CONFIG
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
    save_file(load_file(directory / TENSORS), directory / TENSORS)


def refused(directory: Path, words: str) -> None:
    model = bert()
    before = model(input_ids=tokens()).logits
    with pytest.raises(ValueError, match=words):
        load_adapter(model, directory)
    assert not wrapped(model) and torch.equal(model(input_ids=tokens()).logits, before)


@pytest.mark.parametrize("method", ["Method", "os", "SSF.__class__", "ssf", 3, None, ""])
def test_a_method_that_the_family_does_not_have(method, tmp_path: Path) -> None:
    change_settings(saved(tmp_path, SSF()), method=method)
    refused(tmp_path, "this library has .*SSF|which cannot be")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"r": 0, "alpha": 8}, "whole number of at least 1"),
        ({"r": 8, "alpha": 8, "dance": 1}, "do not make a PiSSA"),
        ({"r": 3, "alpha": 8}, "the recipe makes"),
        ("r=8", "which cannot be"),
    ],
)
def test_settings_that_do_not_make_the_adapter(settings, words: str, tmp_path: Path) -> None:
    change_settings(saved(tmp_path, PiSSA()), settings=settings)
    refused(tmp_path, words)


class Largest(TorchFunctionMode):
    """The values of the largest tensor that any function of torch has made."""

    values = 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        if isinstance(made, torch.Tensor):
            self.values = max(self.values, made.numel())
        return made


def whole_settings() -> list[tuple[str, str]]:
    """(method, setting) for each setting that is a whole number."""
    found = []
    for name in family.names():
        recipe = getattr(family, name).example(bert())
        found += [(name, key) for key, value in recipe.settings().items() if type(value) is int]
    return found


@pytest.mark.parametrize(("name", "setting"), whole_settings())
def test_a_file_with_a_huge_setting_costs_no_memory(name: str, setting: str, tmp_path: Path) -> None:
    directory = saved(tmp_path, getattr(family, name).example(bert()))
    config = json.loads((directory / CONFIG).read_text())
    if "settings" in config:
        change_settings(directory, settings={**config["settings"], setting: 10**6})
    else:
        change_settings(directory, **{key: 10**6 for key, value in config.items() if type(value) is int})
    with Largest() as made:
        try:
            load_adapter(bert(), directory)
        except ValueError as error:
            assert len(str(error)) < 600
    assert made.values <= 2 * 10**6


def test_settings_of_another_save(tmp_path: Path) -> None:
    path = saved(tmp_path, PiSSA()) / CONFIG
    config = json.loads(path.read_text())
    config["settings"]["alpha"] = 9
    path.write_text(json.dumps(config))
    refused(tmp_path, "was saved with other settings")


def test_a_missing_tensor_and_one_of_another_name(tmp_path: Path) -> None:
    saved(tmp_path, SSF())
    whole = load_file(tmp_path / TENSORS)
    name = next(name for name in whole if name.endswith("beta"))
    save_file({key: value for key, value in whole.items() if key != name}, tmp_path / TENSORS)
    refused(tmp_path, "the recipe makes")
    save_file({key.replace("beta", "delta"): value for key, value in whole.items()}, tmp_path / TENSORS)
    refused(tmp_path, "the recipe makes")


def test_places_that_a_mask_cannot_have(tmp_path: Path) -> None:
    saved(tmp_path, PaFi(share=0.05))
    whole = load_file(tmp_path / TENSORS)
    name = next(name for name in whole if name.endswith("index"))
    save_file(whole | {name: whole[name] + 10**6}, tmp_path / TENSORS)
    refused(tmp_path, "places in a weight of")


def test_another_base_model_and_another_architecture(tmp_path: Path) -> None:
    saved(tmp_path, SSF())
    with pytest.raises(ValueError, match="matches no Linear|another architecture"):
        load_adapter(bloom(), tmp_path)
    other = bert()
    other.bert.encoder.layer[0].attention.self.key.weight.data.neg_()
    with pytest.raises(ValueError, match="another base model"):
        load_adapter(other, tmp_path)


def test_a_prompt_goes_to_the_embedding_and_a_frozen_pair_is_drawn_again(tmp_path: Path) -> None:
    for recipe in (PromptTuning(length=3), VeRA(r=4, seed=5)):
        model, other = bert(), bert()
        attach(model, recipe)
        randomise(model)
        save_adapter(model, tmp_path)
        load_adapter(other, tmp_path)
        assert torch.equal(other(input_ids=tokens()).logits, model(input_ids=tokens()).logits)
