"""Settings of a directory that JSON allows and a layer does not."""

import pytest
from storage.peft_llama import LONG, refused, written

from ia3_teach.storage.peft_format import CONFIG

NUMBERS = ["1e999", "-1e999", "NaN", "9" * 400, "9" * 5000, '"8"', "true", "[1]", "{}", f'"{LONG}"', "1e308"]


@pytest.mark.parametrize("number", NUMBERS, ids=[number[:9] for number in NUMBERS])
@pytest.mark.parametrize("key", ["r", "lora_alpha", "lora_dropout"])
def test_numbers_that_json_allows_and_a_layer_does_not_are_refused(key: str, number: str, tmp_path) -> None:
    written(tmp_path, **{key: "HERE"})
    path = tmp_path / CONFIG
    path.write_text(path.read_text().replace('"HERE"', number))
    refused(tmp_path, "adapter_config.json says|is damaged|alpha is a finite number")


@pytest.mark.parametrize("value", [-0.1, 1.0, 2])
def test_a_dropout_outside_of_its_range_is_refused(value: float, tmp_path) -> None:
    written(tmp_path, lora_dropout=value)
    refused(tmp_path, "lora_dropout=.*between 0 and 1")


@pytest.mark.parametrize("value", [["0"], [0.5], [True], [[0]], [LONG]])
def test_blocks_that_are_no_numbers_are_refused(value: list, tmp_path) -> None:
    written(tmp_path, layers_to_transform=value)
    refused(tmp_path, "layers_to_transform=.*whole numbers")


@pytest.mark.parametrize(
    "settings",
    [
        {"peft_type": LONG},
        {"peft_type": [LONG]},
        {"modules_to_save": LONG},
        {LONG: LONG},
        {"lora_bias": LONG},
    ],
    ids=range(5),
)
def test_a_long_setting_is_shown_in_short(settings: dict, tmp_path) -> None:
    written(tmp_path, **settings)
    refused(tmp_path, "adapter_config.json says|of kind|was trained with")
