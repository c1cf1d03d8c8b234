"""Files that PEFT has a format for, both ways: DoRA, rsLoRA, HiRA and RoAd."""

import json
from pathlib import Path

import peft
import pytest
import torch
from family.twin import EXACT, MODELS, pair
from safetensors.torch import load_file
from small_models import randomise, tokens

from ia3_teach import attach, load_adapter, save_adapter
from ia3_teach.family import DoRA, HiRA, RoAd, RsLoRA
from ia3_teach.layer import wrapped

SITES = {"bert": ["query", "intermediate.dense"], "bloom": ["query_key_value", "dense_h_to_4h"]}
KINDS = {
    "dora": (
        lambda sites: DoRA(r=3, alpha=5, sites=sites),
        lambda sites: peft.LoraConfig(r=3, lora_alpha=5, use_dora=True, target_modules=sites),
    ),
    "rs_lora": (
        lambda sites: RsLoRA(r=3, alpha=5, sites=sites),
        lambda sites: peft.LoraConfig(r=3, lora_alpha=5, use_rslora=True, target_modules=sites),
    ),
    "hira": (lambda sites: HiRA(r=3, sites=sites), lambda sites: peft.HiraConfig(r=3, target_modules=sites)),
    "road": (
        lambda sites: RoAd(sites=sites),
        lambda sites: peft.RoadConfig(target_modules=sites, variant="road_1", group_size=2),
    ),
}
every = pytest.mark.parametrize("kind", KINDS)
both = pytest.mark.parametrize("model", MODELS)


@every
@both
def test_peft_reads_what_we_save(kind: str, model: str, tmp_path: Path) -> None:
    ours, other = MODELS[model](), MODELS[model]()
    attach(ours, KINDS[kind][0](SITES[model]))
    randomise(ours)
    save_adapter(ours, tmp_path)
    theirs = peft.PeftModel.from_pretrained(other, tmp_path, autocast_adapter_dtype=False).double().eval()
    torch.testing.assert_close(theirs(input_ids=tokens()).logits, ours(input_ids=tokens()).logits, **EXACT)


@every
@both
def test_we_read_what_peft_saves(kind: str, model: str, tmp_path: Path) -> None:
    recipe, config = (make(SITES[model]) for make in KINDS[kind])
    _, theirs = pair(recipe, config, model)
    randomise(theirs)
    theirs.save_pretrained(tmp_path)
    fresh = MODELS[model]()
    load_adapter(fresh, tmp_path)
    torch.testing.assert_close(fresh(input_ids=tokens()).logits, theirs(input_ids=tokens()).logits, **EXACT)


@every
def test_the_names_are_pefts(kind: str, tmp_path: Path) -> None:
    ours, theirs = pair(KINDS[kind][0](SITES["bert"]), KINDS[kind][1](SITES["bert"]))
    save_adapter(ours, tmp_path / "ours")
    theirs.save_pretrained(tmp_path / "theirs")
    mine, other = (load_file(tmp_path / who / "adapter_model.safetensors") for who in ("ours", "theirs"))
    heads = {name for name in mine if "classifier" in name}
    assert {name: t.shape for name, t in mine.items() if name not in heads} == {
        n: t.shape for n, t in other.items()
    }


def refused(directory: Path, words: str, **fields: object) -> None:
    path, model = directory / "adapter_config.json", MODELS["bert"]()
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
    with pytest.raises(ValueError, match=words):
        load_adapter(model, directory)
    assert not wrapped(model)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("road", {"variant": "road_2"}, "road_1 with group_size 2"),
        ("road", {"group_size": 64}, "road_1 with group_size 2"),
        ("hira", {"hira_dropout": 0.5}, "does not know"),
        ("dora", {"use_rslora": True}, "does not know"),
        ("dora", {"init_lora_weights": "pissa"}, "does not know"),
        ("rs_lora", {"rank_pattern": {"query": 2}}, "does not know"),
        ("dora", {"r": "three"}, "whole number"),
        ("dora", {"r": 4}, "the recipe makes"),
        ("hira", {"r": None}, "whole number"),
    ],
)
def test_settings_that_mean_another_function_are_refused(
    kind: str, fields: dict, words: str, tmp_path: Path
) -> None:
    _, theirs = pair(KINDS[kind][0](SITES["bert"]), KINDS[kind][1](SITES["bert"]))
    theirs.save_pretrained(tmp_path)
    refused(tmp_path, words, **fields)
