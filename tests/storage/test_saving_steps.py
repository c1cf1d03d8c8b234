"""A process killed at each step of saving, and a LoRA whose base model held a merged IA3."""

import os
import signal
from pathlib import Path

import pytest
import torch
from small_models import bert, randomise, tokens
from torch import nn

from ia3_teach import IA3, LoRA, activate, attach, load_adapter, merge, save_adapter

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
STEPS = [f"{name} {step}" for name in (TENSORS, CONFIG) for step in ("half written", "written", "in place")]


def with_adapter(recipe: IA3 | LoRA, seed: int) -> nn.Module:
    model = bert()
    attach(model, recipe)
    randomise(model, seed)
    return model


def die_at(step: str) -> None:
    """Let the file operations of this process kill it at one step."""
    write_bytes, write_text, rename = Path.write_bytes, Path.write_text, os.replace

    def after(path: Path, name: str) -> None:
        if step == f"{name} half written":
            os.truncate(path, path.stat().st_size // 2)
        if step in (f"{name} half written", f"{name} written"):
            os.kill(os.getpid(), signal.SIGKILL)

    def write_tensors(path: Path, content: bytes) -> None:
        write_bytes(path, content)
        after(path, TENSORS)

    def write_config(path: Path, text: str, encoding: str) -> None:
        write_text(path, text, encoding=encoding)
        after(path, CONFIG)

    def replace(beside: Path, path: Path) -> None:
        rename(beside, path)
        if step == f"{path.name} in place":
            os.kill(os.getpid(), signal.SIGKILL)

    Path.write_bytes, Path.write_text, os.replace = write_tensors, write_config, replace


def killed_while_saving(model: nn.Module, directory: Path, step: str) -> None:
    child = os.fork()
    if child == 0:
        try:
            die_at(step)
            save_adapter(model, directory)
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def contents(directory: Path) -> list[bytes]:
    return [(directory / name).read_bytes() for name in (TENSORS, CONFIG)]


def test_the_same_adapter_is_saved_as_the_same_bytes(tmp_path: Path) -> None:
    model = with_adapter(IA3(), 1)
    saved = [contents(save_adapter(model, tmp_path / str(i))) for i in range(8)]
    assert all(each == saved[0] for each in saved)


@pytest.mark.parametrize("recipe", [IA3(), LoRA(r=2)], ids=["same kind", "another kind"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step(step: str, recipe: IA3 | LoRA, tmp_path: Path) -> None:
    """Each file is the old or the new one; the directory loads as one of them, or says what is wrong."""
    old, new = with_adapter(IA3(), 1), with_adapter(recipe, 2)
    for model, name in ((old, "old"), (new, "new"), (old, "there")):
        save_adapter(model, tmp_path / name)
    killed_while_saving(new, tmp_path / "there", step)
    now = contents(tmp_path / "there")
    renamed = (STEPS.index(step) + 1) // 3
    expected = contents(tmp_path / "new")[:renamed] + contents(tmp_path / "old")[renamed:]
    assert now == expected
    other = bert()
    if renamed == 1 and isinstance(recipe, LoRA):
        with pytest.raises(ValueError, match="unexpected tensor|other settings"):
            load_adapter(other, tmp_path / "there")
    else:
        load_adapter(other, tmp_path / "there")
        assert torch.equal(other(tokens()).logits, (new if renamed else old)(tokens()).logits)
    load_adapter(bert(), save_adapter(new, tmp_path / "there"))


def test_a_lora_is_not_written_while_an_ia3_is_merged(tmp_path: Path) -> None:
    model = bert()
    for name, recipe in {"vectors": IA3(), "low": LoRA()}.items():
        attach(model, recipe, name)
        randomise(model)
    activate(model, "vectors")
    merge(model)
    for refused in (lambda: save_adapter(model, tmp_path / "x", "low"), lambda: attach(model, LoRA(), "new")):
        with pytest.raises(ValueError, match="the model is merged; call unmerge"):
            refused()
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("sites", [None, ("query",)], ids=str)
def test_a_lora_trained_on_a_base_with_a_merged_ia3_is_refused_elsewhere(
    sites: tuple[str, ...] | None, tmp_path: Path
) -> None:
    """Someone kept the merged weights and trained on them: the file shows that its base is another one.

    IA3 changes keys, values and the feed-forward layers; a LoRA on queries alone touches none of them.
    """
    base = bert()
    base.load_state_dict(merge(with_adapter(IA3(), 1)).state_dict())
    attach(base, LoRA(sites=sites))
    randomise(base)
    save_adapter(base, tmp_path)
    with pytest.raises(ValueError, match="trained on another base model"):
        load_adapter(bert(), tmp_path)
    same = bert()
    same.load_state_dict(merge(with_adapter(IA3(), 1)).state_dict())
    load_adapter(same, tmp_path)
    torch.testing.assert_close(same(tokens()).logits, base(tokens()).logits, rtol=0, atol=1e-12)
