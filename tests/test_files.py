"""Round trips, kills, damage: a clear error and an untouched model, or the very adapter that was saved."""

import json
import os
import pickle
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from small_models import bert, bloom, randomise, tokens
from test_adapters import RECIPES, snapshot
from torch import nn
from transformers import BertForMaskedLM

from ia3_teach import IA3, LoRA, activate, attach, count, load_adapter, save_adapter
from ia3_teach.layer import wrapped

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
PREFIX = "base_model.model.bert.encoder.layer.0."
KEY = PREFIX + "attention.self.key.ia3_l"
LORA_A = PREFIX + "attention.self.query.lora_A.weight"


def logits(model: nn.Module) -> torch.Tensor:
    return model(tokens()).logits


def sizes(model: nn.Module) -> tuple[int, ...]:
    counted = count(model)
    return counted.trainable, counted.total, counted.adapter, counted.head


def saved(directory: Path, recipe=None, build=bert) -> Path:
    model = build()
    attach(model, recipe or IA3())
    randomise(model)
    return save_adapter(model, directory)


@pytest.mark.parametrize("build", [bert, bloom])
@pytest.mark.parametrize("name", RECIPES)
def test_round_trip(build, name: str, tmp_path: Path) -> None:
    model, other = build(), build()
    attach(model, RECIPES[name], name)
    randomise(model)
    assert save_adapter(model, tmp_path) == tmp_path
    load_adapter(other, tmp_path, name)
    assert torch.equal(logits(model), logits(other))
    assert sizes(model) == sizes(other)
    assert sorted(path.name for path in tmp_path.iterdir()) == [CONFIG, TENSORS]
    assert type(other._ia3_teach.recipes[name]) is type(RECIPES[name])


def test_an_adapter_of_a_few_blocks_comes_back_as_such(tmp_path: Path) -> None:
    model, other = bloom(), bloom()
    attach(model, IA3(layers=[1]))
    randomise(model)
    load_adapter(other, save_adapter(model, tmp_path))
    assert torch.equal(logits(model), logits(other)) and sizes(model) == sizes(other)


def test_one_of_several_is_saved_and_loaded_beside_others(tmp_path: Path) -> None:
    model = bert()
    for seed, name in enumerate("ab"):
        attach(model, RECIPES[name], name)
        randomise(model, seed)
    activate(model, ["a", "b"])
    with pytest.raises(ValueError, match="say which adapter you mean: 2 are active"):
        save_adapter(model, tmp_path)
    with pytest.raises(ValueError, match="no adapter is called 'x'"):
        save_adapter(model, tmp_path, "x")
    save_adapter(model, tmp_path / "a", "a")
    load_adapter(model, tmp_path / "a", "again")
    theirs = logits(model)
    activate(model, "a")
    assert torch.equal(logits(model), theirs)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_the_same_base_in_another_dtype_is_the_same_base(dtype: torch.dtype, tmp_path: Path) -> None:
    """The fingerprint allows for rounding: weights of very different sizes, too."""
    model = bert().float()
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            parameter *= 10.0 ** -(i % 4)
    other = bert().float()
    other.load_state_dict(model.state_dict())
    attach(model, IA3())
    randomise(model)
    load_adapter(other.to(dtype), save_adapter(model, tmp_path))
    torch.testing.assert_close(logits(other).float(), logits(model), rtol=0.1, atol=0.1)


# Damage


def change(tensors: Callable | None = None, keep_note: bool = True, **config: object) -> Callable:
    """Edit the tensors and the fields of a saved adapter."""

    def edit(directory: Path) -> None:
        fields = json.loads((directory / CONFIG).read_text())
        (directory / CONFIG).write_text(json.dumps({**fields, **config}))
        if tensors is not None:
            with safe_open(directory / TENSORS, framework="pt") as opened:
                note = opened.metadata()
            values = load_file(directory / TENSORS)
            tensors(values)
            save_file(values, directory / TENSORS, note if keep_note else None)

    return edit


def newer_format(directory: Path) -> None:
    values = load_file(directory / TENSORS)
    save_file(values, directory / TENSORS, {"ia3_teach_format": "2"})


def cut(name: str, size: int) -> Callable:
    return lambda d: (d / name).write_bytes((d / name).read_bytes()[:size])


def flip_header(directory: Path) -> None:
    content = bytearray((directory / TENSORS).read_bytes())
    content[20] ^= 0xFF
    (directory / TENSORS).write_bytes(content)


def rename(old: str, new: str) -> Callable:
    return lambda values: values.update({new: values.pop(old)})


def only_a_pickle(directory: Path) -> None:
    """A payload that would leave a trace if it were ever run."""

    class Payload:
        def __reduce__(self):
            return Path.touch, (directory / "it was run",)

    (directory / TENSORS).unlink()
    (directory / "adapter_model.bin").write_bytes(pickle.dumps(Payload()))


DAMAGE: dict[str, tuple[object, Callable, str]] = {
    "no config": (IA3(), lambda d: (d / CONFIG).unlink(), "holds no adapter_config.json"),
    "no tensors": (IA3(), lambda d: (d / TENSORS).unlink(), "holds no adapter_model.safetensors"),
    "no directory": (IA3(), shutil.rmtree, "holds no adapter_config.json"),
    "only a pickle": (IA3(), only_a_pickle, "pickle, which can run code, and is not opened"),
    "truncated": (IA3(), cut(TENSORS, 400), "damaged"),
    "header cut": (IA3(), cut(TENSORS, 5), "damaged"),
    "empty": (IA3(), cut(TENSORS, 0), "damaged"),
    "header flipped": (IA3(), flip_header, "damaged"),
    "huge header": (IA3(), lambda d: (d / TENSORS).write_bytes(struct.pack("<Q", 2**60)), "damaged"),
    "config cut": (IA3(), cut(CONFIG, 30), "damaged"),
    "config no text": (IA3(), lambda d: (d / CONFIG).write_bytes(b"\xff\xfe\x00"), "damaged"),
    "config too deep": (IA3(), lambda d: (d / CONFIG).write_text("[" * 100_000), "damaged"),
    "config a list": (IA3(), lambda d: (d / CONFIG).write_text("[1]"), "JSON object; found list"),
    "no kind": (IA3(), change(peft_type=None), "kind None; this library reads IA3 and LORA"),
    "wrong kind": (IA3(), change(peft_type="VERA"), "kind 'VERA'"),
    "kind a list": (IA3(), change(peft_type=["IA3"]), "which cannot be"),
    "other kind": (IA3(), change(peft_type="LORA"), "other settings"),
    "other kind, PEFT's": (IA3(), change(dict.clear, False, peft_type="LORA"), "no adapter tensors"),
    "heads a number": (IA3(), change(modules_to_save=3), "modules_to_save=3"),
    "NaN": (IA3(), change(lambda v: v[KEY].fill_(torch.nan)), "NaN or infinity"),
    "infinity": (IA3(), change(lambda v: v[KEY].fill_(torch.inf)), "NaN or infinity"),
    "integers": (IA3(), change(lambda v: v.update({KEY: v[KEY].long()})), "not floating-point"),
    "missing key": (LoRA(r=2), change(lambda v: v.pop(LORA_A)), "needed are"),
    "extra key": (IA3(), change(lambda v: v.update(x=torch.ones(2))), "unexpected tensor 'x'"),
    "other layer": (IA3(), change(rename(KEY, PREFIX + "mlp.ia3_l")), "no Linear called"),
    "no tensors at all": (IA3(), change(dict.clear), "no adapter tensors"),
    "wrong shape": (IA3(), change(lambda v: v.update({KEY: torch.ones(17, 1)})), "another base model"),
    "a scalar": (IA3(), change(lambda v: v.update({KEY: torch.tensor(1.0)})), "another base model"),
    "three dimensions": (IA3(), change(lambda v: v.update({KEY: torch.ones(16, 1, 1)})), "another base"),
    "wrong rank": (LoRA(r=2), change(keep_note=False, r=3, tensors=lambda v: None), "r=3"),
    "rank 0": (LoRA(r=2), change(lambda v: v.update({LORA_A: torch.ones(0, 16)})), "another base"),
    "rank a word": (LoRA(r=2), change(lambda v: None, False, r="two"), "r='two'"),
    "alpha a word": (LoRA(r=2), change(lambda v: None, False, lora_alpha="x"), "a finite number; found 'x'"),
    "alpha NaN": (LoRA(r=2), change(lambda v: None, False, lora_alpha=torch.nan), "NaN is no number of JSON"),
    "alpha of another save": (LoRA(r=2), change(lora_alpha=99), "other settings"),
    "dropout 2": (LoRA(r=2), change(lora_dropout=2), "between 0 and 1"),
    "DoRA": (LoRA(r=2), change(use_dora=True), "other settings"),
    "rsLoRA": (LoRA(r=2), change(use_rslora=True), "other settings"),
    "rank pattern": (LoRA(r=2), change(rank_pattern={"key": 3}), "rank_pattern"),
    "alpha pattern": (LoRA(r=2), change(alpha_pattern={"key": 3}), "alpha_pattern"),
    "trained biases": (LoRA(r=2), change(bias="all"), "bias='all'"),
    "PiSSA": (LoRA(r=2), change(init_lora_weights="pissa"), "init_lora_weights='pissa'"),
    "newer format": (IA3(), newer_format, "saved in format '2', which a newer ia3_teach reads"),
    "newer IA3 of PEFT": (IA3(), change(use_offsets=True), "'use_offsets'=True.*newer version"),
    "newer LoRA of PEFT": (LoRA(r=2), change(kasa_config={"x": 1}), "'kasa_config'=.*newer version"),
    "no part of head": (IA3(), change(lambda v: v.pop("base_model.model.classifier.bias")), "num_labels"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_directory_leaves_the_model_untouched(case: str, tmp_path: Path) -> None:
    recipe, damage, message = DAMAGE[case]
    directory = saved(tmp_path / "adapter", recipe)
    damage(directory)
    model = bert()
    attach(model, LoRA(r=3), "mine")
    before = snapshot(model)
    with pytest.raises(ValueError, match=message):
        load_adapter(model, directory, "loaded")
    assert snapshot(model) == before and list(model._ia3_teach.recipes) == ["mine"]
    assert not (directory / "it was run").exists()


def other_base() -> nn.Module:
    model = bert()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.01 * torch.randn_like(parameter)
    return model


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (other_base, "trained on another base model"),
        (lambda: bert(num_labels=3), "is num_labels the same"),
        (bloom, "another architecture"),
        (lambda: bert().bert, "no Linear called"),
    ],
)
def test_another_base_model(build, message: str, tmp_path: Path) -> None:
    model = build()
    before = snapshot(model)
    with pytest.raises(ValueError, match=message):
        load_adapter(model, saved(tmp_path))
    assert snapshot(model) == before


def test_a_base_that_differs_beside_the_adapters_layers(tmp_path: Path) -> None:
    """Another feed-forward layer is another base; a new head, or another kind of head, is not."""
    directory = saved(tmp_path, IA3(sites={"key": "out"}, modules_to_save=[]))
    base, headless = bert(), BertForMaskedLM(bert().config).double()
    headless.bert.load_state_dict(bert().bert.state_dict(), strict=False)
    load_adapter(headless, directory)
    nn.init.normal_(base.classifier.weight)
    load_adapter(base, directory, "new head")
    base.bert.encoder.layer[1].intermediate.dense.weight.data += 0.1
    before = snapshot(base)
    with pytest.raises(ValueError, match="trained on another base model"):
        load_adapter(base, directory, "elsewhere")
    assert snapshot(base) == before


def test_names_that_are_taken_and_paths_that_are_files(tmp_path: Path) -> None:
    directory, model = saved(tmp_path / "adapter"), bert()
    load_adapter(model, directory)
    with pytest.raises(ValueError, match="already attached"):
        load_adapter(model, directory)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ValueError, match="is a file"):
        save_adapter(model, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_values_that_are_not_finite_are_not_saved(tmp_path: Path) -> None:
    model = bert()
    attach(model, IA3())
    next(iter(wrapped(model).values())).adapters["default"].l_k.data[0] = torch.nan
    with pytest.raises(ValueError, match="NaN or infinity"):
        save_adapter(model, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_failed_save_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = saved(tmp_path)
    old = {path.name: path.read_bytes() for path in directory.iterdir()}
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        saved(tmp_path, LoRA(r=2))
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == old


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, nn.Module]:
    return saved(tmp_path_factory.mktemp("intact"), IA3(sites={"key": "out"})), bert()


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_any_flipped_bytes_are_an_error_or_an_adapter(intact: tuple[Path, nn.Module], data) -> None:
    """Never another exception, never a model changed by half."""
    directory, model = intact
    name = data.draw(st.sampled_from([TENSORS, TENSORS, CONFIG]))
    content = bytearray((directory / name).read_bytes())
    header = min(len(content), 1200) if name == TENSORS else len(content)
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, header - 1))] = data.draw(st.integers(0, 255))
    broken = directory / "broken"
    broken.mkdir(exist_ok=True)
    shutil.copy(directory / CONFIG, broken)
    shutil.copy(directory / TENSORS, broken)
    (broken / name).write_bytes(content)
    before = set(model.state_dict())
    try:
        load_adapter(model, broken)
    except ValueError:
        assert set(model.state_dict()) == before and not hasattr(model, "_ia3_teach")
    else:
        assert all(p.isfinite().all() for p in model.parameters() if p.requires_grad)
        from ia3_teach import detach

        detach(model)


SAVE_FOREVER = """
import sys, torch
from torch import nn
from ia3_teach import IA3, attach, save_adapter
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 2000))
attach(model, IA3(sites={"0": "out"}))
value = 0
while True:
    value += 1
    model[0].adapters["default"].l.data.fill_(value)
    save_adapter(model, sys.argv[1])
    print(value, flush=True)
"""


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    """Real SIGKILLs while it saves over and over: what is there loads, and is one save, old or new."""
    torch.manual_seed(0)
    bare = nn.Sequential(nn.Linear(4, 2000))
    there = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    for attempt in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVE_FOREVER, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=there
        )
        first = process.stdout.readline()
        time.sleep(0.017 * (attempt + 1))
        process.send_signal(signal.SIGKILL)
        last = ([first, *process.communicate()[0].split()])[-1]
        l = load_adapter(bare, tmp_path, f"after{attempt}").model[0].adapters[f"after{attempt}"].l
        assert (l == l[0]).all() and int(last) <= l[0] <= int(last) + 1


def in_the_way(directory: Path, name: str) -> Path:
    """A directory where something else stands at `name`."""
    directory.mkdir()
    (directory / name).mkdir() if name.endswith("tensors") else (directory / name).write_text("mine")
    return directory


@pytest.mark.parametrize(
    "where",
    [
        lambda path: in_the_way(path / "a", "file") / "file" / "inside",
        lambda path: in_the_way(path / "b", TENSORS),
        lambda path: in_the_way(path / "c", ".saved"),
        lambda path: path / ("x" * 300),
    ],
    ids=["below a file", "a folder in the tensors' place", "a file in the work's place", "too long a name"],
)
def test_where_no_adapter_can_be_saved_is_said_in_words(where, tmp_path: Path) -> None:
    model = bert()
    attach(model, IA3())
    with pytest.raises(ValueError, match="cannot be written .*; name a folder of your own") as error:
        save_adapter(model, where(tmp_path))
    assert len(str(error.value)) < 600
