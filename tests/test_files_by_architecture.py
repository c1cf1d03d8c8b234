"""PEFT's directories both ways: encoder with decoder, grouped keys, fused layers, transposed weights."""

from pathlib import Path

import peft
import pytest
import torch
from small_architectures import ARCHITECTURES
from small_models import randomise
from test_against_peft_files import read_by_peft

from ia3_teach import IA3, LoRA, attach, load_adapter, save_adapter

EXACT = {"rtol": 0, "atol": 1e-12}
RECIPES = {"paper": IA3(), "peft": IA3(sites="peft"), "lora": LoRA(r=4, alpha=6)}


def config(recipe: IA3 | LoRA, name: str) -> peft.PeftConfig:
    """PEFT's own default targets."""
    task = "SEQ_2_SEQ_LM" if "t5" in name else "CAUSAL_LM"
    if isinstance(recipe, LoRA):
        return peft.LoraConfig(r=4, lora_alpha=6, task_type=task)
    return peft.IA3Config(task_type=task)


@pytest.mark.parametrize("name", ["t5", "t5-gated", "mt5", "llama", "gpt2", "gpt_neox", "falcon-40b", "opt"])
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_both_ways(name: str, recipe: IA3 | LoRA, tmp_path: Path) -> None:
    small = ARCHITECTURES[name]()
    mine, inputs = small.build(), small.inputs()
    attach(mine, recipe)
    randomise(mine)
    with torch.no_grad():
        save_adapter(mine, tmp_path / "ours")
        theirs = read_by_peft(small.build(), tmp_path / "ours").double()
        torch.testing.assert_close(theirs(**inputs).logits, mine(**inputs).logits, **EXACT)
        theirs = peft.get_peft_model(small.build(), config(recipe, name)).double().eval()
        randomise(theirs)
        theirs.save_pretrained(tmp_path / "theirs")
        other = small.build()
        load_adapter(other, tmp_path / "theirs")
        torch.testing.assert_close(other(**inputs).logits, theirs(**inputs).logits, **EXACT)
        assert (other(**inputs).logits - small.build()(**inputs).logits).abs().max() > 1e-4
