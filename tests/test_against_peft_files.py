"""Files against PEFT 0.21.2: what one side writes, the other reads, with the same outputs to 1e-12."""

import warnings
from pathlib import Path

import peft
import pytest
import torch
from peft_twin import BUILD, EXACT, pair
from safetensors.torch import load_file
from small_models import tokens
from torch import nn

from ia3_teach import count, load_adapter, save_adapter

CASES = [(family, kind) for family in BUILD for kind in ("paper", "peft", "explicit", "lora", "lora_default")]
each_case = pytest.mark.parametrize(("family", "kind"), CASES)


def read_by_peft(model: nn.Module, directory: Path) -> nn.Module:
    """PEFT must have nothing to complain about; FutureWarnings are between it and transformers."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", FutureWarning)
        return peft.PeftModel.from_pretrained(model, directory).eval()


@each_case
def test_peft_reads_ours(family: str, kind: str, tmp_path: Path) -> None:
    mine = pair(family, kind).ours
    save_adapter(mine, tmp_path)
    theirs = read_by_peft(BUILD[family](), tmp_path)
    torch.testing.assert_close(theirs(tokens()).logits, mine(tokens()).logits, **EXACT)


@each_case
def test_ours_reads_peft(family: str, kind: str, tmp_path: Path) -> None:
    theirs = pair(family, kind).theirs
    theirs.save_pretrained(tmp_path)
    mine = BUILD[family]()
    load_adapter(mine, tmp_path, "theirs")
    torch.testing.assert_close(mine(tokens()).logits, theirs(tokens()).logits, **EXACT)


@each_case
def test_both_write_the_same_names_and_shapes(family: str, kind: str, tmp_path: Path) -> None:
    both = pair(family, kind)
    both.theirs.save_pretrained(tmp_path / "theirs")
    save_adapter(both.ours, tmp_path / "ours")
    ours, theirs = (load_file(tmp_path / side / "adapter_model.safetensors") for side in ("ours", "theirs"))
    assert ours.keys() == theirs.keys()
    for key in ours:
        assert ours[key].shape == theirs[key].shape
        torch.testing.assert_close(ours[key], theirs[key], **EXACT)


@pytest.mark.parametrize("family", BUILD)
def test_peft_trains_on_from_our_file(family: str, tmp_path: Path) -> None:
    save_adapter(pair(family, "paper").ours, tmp_path)
    theirs = peft.PeftModel.from_pretrained(BUILD[family](), tmp_path, is_trainable=True)
    names = {name for name, parameter in theirs.named_parameters() if parameter.requires_grad}
    assert any(".ia3_l.default" in name for name in names)
    assert any("modules_to_save.default" in name for name in names) == (family != "bloom")


def test_vectors_with_scaled_queries_are_not_mistaken_for_the_papers(tmp_path: Path) -> None:
    """PEFT's own BLOOM files scale q as well: they are read as explicit sites, with 3 d_model values."""
    theirs = pair("bloom", "peft").theirs
    theirs.save_pretrained(tmp_path)
    mine = BUILD["bloom"]()
    load_adapter(mine, tmp_path)
    assert count(mine).adapter == theirs.get_nb_trainable_parameters()[0] == 2 * (3 * 16 + 64)
