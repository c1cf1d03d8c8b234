"""A process killed before each step of saving, readers meanwhile, a LoRA whose base held a merged IA3."""

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from small_models import bert, randomise, tokens
from torch import nn

from ia3_teach import IA3, LoRA, activate, attach, load_adapter, merge, save_adapter

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
NAMES = [CONFIG, TENSORS]


def with_adapter(recipe: IA3 | LoRA, seed: int) -> nn.Module:
    model = bert()
    attach(model, recipe)
    randomise(model, seed)
    return model


FILE_EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"}


def die_before(number: int) -> None:
    """Let this process kill itself before its file operation of this number (0: the first)."""
    left, flush = number, os.fsync

    def count(event: str, *_: object) -> None:
        nonlocal left
        if event in FILE_EVENTS:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = lambda descriptor: (count("open"), flush(descriptor))
    sys.addaudithook(count)


def killed_while_saving(model: nn.Module, directory: Path, number: int) -> bool:
    """Whether it died: False if the save has fewer operations."""
    child = os.fork()
    if child == 0:
        try:
            die_before(number)
            save_adapter(model, directory)
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL)
    return status != 0


def contents(directory: Path) -> list[bytes]:
    return [(directory / name).read_bytes() for name in (TENSORS, CONFIG)]


def test_the_same_adapter_is_saved_as_the_same_bytes(tmp_path: Path) -> None:
    model = with_adapter(IA3(), 1)
    saved = [contents(save_adapter(model, tmp_path / str(i))) for i in range(8)]
    assert all(each == saved[0] for each in saved)


@pytest.mark.parametrize("other_files", [False, True], ids=["alone", "among other files"])
@pytest.mark.parametrize("recipe", [IA3(), LoRA(r=2)], ids=["same kind", "another kind"])
def test_killed_before_each_file_operation(recipe: IA3 | LoRA, other_files: bool, tmp_path: Path) -> None:
    """What is there loads, and is the old adapter up to one moment and the new one from then on."""
    old, new, number, seen = with_adapter(IA3(), 1), with_adapter(recipe, 2), 0, []
    outputs = {"old": old(tokens()).logits, "new": new(tokens()).logits}
    while True:
        directory = save_adapter(old, tmp_path / str(number))
        if other_files:
            (directory / "notes.txt").write_text("mine")
        if not killed_while_saving(new, directory, number):
            break
        other = bert()
        load_adapter(other, directory)
        found = other(tokens()).logits
        seen.append(next(name for name, logits in outputs.items() if torch.equal(found, logits)))
        save_adapter(new, directory)
        assert sorted(path.name for path in directory.iterdir()) == NAMES + ["notes.txt"] * other_files
        number += 1
    assert number > 10 and seen == sorted(seen, reverse=True) and set(seen) == {"old", "new"}


def test_killed_while_saving_for_the_first_time(tmp_path: Path) -> None:
    """Nothing is there, which loading says, or the whole adapter is."""
    new, number = with_adapter(IA3(), 2), 0
    while killed_while_saving(new, tmp_path / str(number), number):
        other = bert()
        try:
            load_adapter(other, tmp_path / str(number))
        except ValueError as error:
            assert "holds no adapter_config.json" in str(error)
        else:
            assert torch.equal(other(tokens()).logits, new(tokens()).logits)
        number += 1


def test_who_loads_while_another_saves_gets_one_of_the_saves(tmp_path: Path) -> None:
    """The tensors are the same: nothing but alpha, in the settings, tells one save from the other."""
    models = [with_adapter(LoRA(r=2, alpha=alpha), 1) for alpha in (1, 50)]
    save_adapter(models[0], tmp_path)
    outputs = [model(tokens()).logits for model in models]
    done = threading.Event()

    def save_on_and_on() -> None:
        while not done.is_set():
            for model in models:
                save_adapter(model, tmp_path)

    with ThreadPoolExecutor(2) as pool:
        saving = [pool.submit(save_on_and_on) for _ in range(2)]
        try:
            for _ in range(30):
                other = bert()
                load_adapter(other, tmp_path)
                assert any(torch.equal(other(tokens()).logits, logits) for logits in outputs)
        finally:
            done.set()
    assert [each.result() for each in saving] == [None, None]
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES


def test_a_directory_that_is_a_link_stays_one(tmp_path: Path) -> None:
    model = with_adapter(IA3(), 1)
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    save_adapter(model, tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and contents(tmp_path / "real")


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
