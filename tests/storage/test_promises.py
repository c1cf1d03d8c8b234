"""What the settings of a directory say is what its tensors are, or the directory is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import peft
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from small_models import bert, randomise, tokens
from test_adapters import snapshot
from torch import nn

from ia3_teach import IA3, LoRA, attach, load_adapter, save_adapter

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
RECIPES = {
    "vectors": IA3(
        sites={"query": "out", "key": "in", "attention.output.dense": "out"}
    ),  # all of them square
    "pairs": LoRA(r=2),
}


@pytest.fixture(params=RECIPES)
def directory(request, tmp_path: Path) -> Path:
    model = bert()
    attach(model, RECIPES[request.param])
    randomise(model)
    return save_adapter(model, tmp_path)


def tensors_of(directory: Path) -> dict[str, torch.Tensor]:
    return load_file(directory / TENSORS)


def write(directory: Path, tensors: dict[str, torch.Tensor]) -> None:
    with safe_open(directory / TENSORS, framework="pt") as opened:
        notes = opened.metadata()
    save_file(tensors, directory / TENSORS, notes)


def settings(directory: Path, **changes: object) -> None:
    fields = json.loads((directory / CONFIG).read_text()) | changes
    (directory / CONFIG).write_text(json.dumps(fields))


def assert_refused(directory: Path, message: str, build: Callable[[], nn.Module] = bert) -> None:
    model = build()
    before = snapshot(model)
    with pytest.raises(ValueError, match=message) as raised:
        load_adapter(model, directory)
    assert snapshot(model) == before and len(str(raised.value)) < 600


def test_each_site_that_is_missing_is_missed(directory: Path) -> None:
    whole = tensors_of(directory)
    sites = {key.split(".ia3_l")[0].split(".lora_")[0] for key in whole if "classifier" not in key}
    assert len(sites) >= 4
    for site in sites:
        write(directory, {key: value for key, value in whole.items() if not key.startswith(f"{site}.")})
        assert_refused(directory, f"has nothing, such as {site.removeprefix('base_model.model.')}")


def test_a_head_that_is_missing_is_missed(directory: Path) -> None:
    write(directory, {key: value for key, value in tensors_of(directory).items() if "classifier" not in key})
    assert_refused(directory, "'classifier' was trained in full, but .* does not hold it")


def test_a_head_that_no_one_has_is_missed(directory: Path) -> None:
    settings(directory, modules_to_save=["classifier", "bert.pooler"])
    assert_refused(directory, "'bert.pooler' was trained in full")


def test_a_site_that_the_settings_do_not_name(directory: Path) -> None:
    fields = json.loads((directory / CONFIG).read_text())["target_modules"]
    settings(directory, target_modules=fields[1:])
    assert_refused(directory, f"something for {fields[0]}, which {CONFIG} does not name")


@pytest.mark.parametrize(
    "key", ["target_modules", "feedforward_modules", "modules_to_save", "exclude_modules"]
)
@pytest.mark.parametrize("value", [3, [3], [["key"]], [{}], {"a": 1}, "(", True], ids=str)
def test_settings_that_are_no_names_are_told(key: str, value: object, tmp_path: Path) -> None:
    model = bert()
    attach(model, IA3())
    save_adapter(model, tmp_path)
    settings(tmp_path, **{key: value})
    assert_refused(
        tmp_path, key if value != "(" else "cannot be read|which cannot be|expression|trained in full"
    )


def test_each_vector_turned_to_the_other_side_is_refused(tmp_path: Path) -> None:
    model = bert()
    attach(model, RECIPES["vectors"])
    randomise(model)
    whole = tensors_of(save_adapter(model, tmp_path))
    vectors = [key for key in whole if key.endswith("ia3_l")]
    for key in vectors:
        write(tmp_path, whole | {key: whole[key].T.contiguous()})
        assert_refused(tmp_path, "is on side '(in|out)', but it has the shape")
    assert len(vectors) == 6


@pytest.mark.parametrize("alpha", [1e308, -1e308, 1e39, 1e7, 10**400], ids=lambda alpha: f"{str(alpha)[:6]}")
def test_an_alpha_that_no_one_can_mean_is_refused(alpha: float, tmp_path: Path) -> None:
    model = bert()
    attach(model, LoRA(r=2))
    directory = save_adapter(model, tmp_path)
    write_without_notes = tensors_of(directory)
    save_file(write_without_notes, directory / TENSORS)
    settings(directory, lora_alpha=alpha)
    assert_refused(directory, "alpha is a finite number")
    with pytest.raises(ValueError, match="alpha is a finite number"):
        LoRA(r=2, alpha=alpha)


@pytest.mark.parametrize("alpha", ["8", None, True, float("nan"), float("inf")], ids=str)
def test_a_recipe_with_an_alpha_that_is_no_number_is_refused(alpha: object) -> None:
    with pytest.raises(ValueError, match="alpha is a finite number"):
        LoRA(alpha=alpha)


SETTINGS_OF_PEFT = {
    "last parts": {
        "target_modules": ["key", "value", "output.dense"],
        "feedforward_modules": ["output.dense"],
    },
    "an expression": {
        "target_modules": r".*\.(key|value|intermediate\.dense)",
        "feedforward_modules": r".*intermediate\.dense",
    },
    "excluded": {
        "target_modules": ["key", "value", "intermediate.dense"],
        "feedforward_modules": [],
        "exclude_modules": ["0.attention.self.key"],
    },
}


@pytest.mark.parametrize("case", SETTINGS_OF_PEFT)
def test_what_peft_means_by_its_settings_is_what_is_meant_here(case: str, tmp_path: Path) -> None:
    config = peft.IA3Config(task_type="SEQ_CLS", **SETTINGS_OF_PEFT[case])
    assert_same_as_peft(config, tmp_path)


@pytest.mark.parametrize("pattern", [None, "layer", ["layer"]], ids=str)
@pytest.mark.parametrize("layers", [1, [0], [0, 1]], ids=str)
def test_peft_in_some_blocks(layers: object, pattern: object, tmp_path: Path) -> None:
    targets = ["query", "value"]
    config = peft.LoraConfig(
        task_type="SEQ_CLS", target_modules=targets, layers_to_transform=layers, layers_pattern=pattern
    )
    assert_same_as_peft(config, tmp_path)


def assert_same_as_peft(config: peft.PeftConfig, directory: Path) -> None:
    """PEFT's directory loads with its outputs, and is refused with any one of its tensors gone."""
    theirs = peft.get_peft_model(bert(), config).eval()
    randomise(theirs)
    theirs.save_pretrained(directory)
    mine = bert()
    load_adapter(mine, directory)
    torch.testing.assert_close(mine(tokens()).logits, theirs(tokens()).logits, rtol=0, atol=1e-12)
    whole = tensors_of(directory)
    for key in whole:
        save_file({other: value for other, value in whole.items() if other != key}, directory / TENSORS)
        assert_refused(directory, "has nothing, such as|needed are|num_labels")


def test_a_layer_named_as_another_ends_is_not_missed(tmp_path: Path) -> None:
    """Ours name whole paths: "0" is not "1.0", though a list of PEFT's would mean both."""

    def build() -> nn.Module:
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.Linear(3, 3)))

    model, other, x = build(), build(), torch.ones(2, 3)
    attach(model, IA3(sites={"0": "in"}))
    randomise(model)
    load_adapter(other, save_adapter(model, tmp_path))
    torch.testing.assert_close(other(x), model(x), rtol=0, atol=0)
