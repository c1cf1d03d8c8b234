"""What cannot fit is refused from its size and header, before its values are read."""

import json
import resource
import struct
import time
from pathlib import Path

import pytest
import torch
from small_architectures import ARCHITECTURES
from small_models import bert

from ia3_teach import IA3, attach, load_adapter, load_t_few, save_adapter

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
KEY = "base_model.model.bert.encoder.layer.0.attention.self.key.ia3_l"
GIGABYTE = 2**30


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    model = bert()
    attach(model, IA3())
    return save_adapter(model, tmp_path)


def write_sparse(path: Path, name: str, shape: list[int], size: int) -> None:
    """A file of `size` bytes of zeros on a disk that keeps holes, under a header that is right."""
    header = {name: {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    with path.open("r+b") as file:
        file.truncate(8 + len(text) + size)


def assert_refused_at_once(directory: Path, message: str) -> None:
    model = bert()
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(ValueError, match=message) as raised:
        load_adapter(model, directory)
    assert time.process_time() - start < 2 and len(str(raised.value)) < 600
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KB
    assert not hasattr(model, "_ia3_teach")


CASES = {
    "another shape": (KEY, [GIGABYTE // 2, 1], "another base model|has nothing"),
    "another layer": ("base_model.model.bert.elsewhere.ia3_l", [GIGABYTE // 2, 1], "no Linear called"),
    "another name": ("model.embed_tokens.weight", [GIGABYTE // 2, 1], "unexpected tensor"),
    "a long name": ("x" * 100_000, [GIGABYTE // 2, 1], "a name of 100,000 characters"),
}


@pytest.mark.parametrize("case", CASES)
def test_two_gigabytes_that_do_not_fit_are_not_read(case: str, directory: Path) -> None:
    name, shape, message = CASES[case]
    write_sparse(directory / TENSORS, name, shape, 2 * GIGABYTE)
    assert_refused_at_once(directory, message)


@pytest.mark.parametrize("length", [2**25, 2**40, 2**63])
def test_a_header_too_long_is_not_read(length: int, directory: Path) -> None:
    with (directory / TENSORS).open("r+b") as file:
        file.write(struct.pack("<Q", length))
        file.truncate(2**26)
    assert_refused_at_once(directory, "a header of .* bytes cannot be")


def test_settings_too_long_are_not_read(directory: Path) -> None:
    with (directory / CONFIG).open("r+b") as file:
        file.truncate(GIGABYTE)
    assert_refused_at_once(directory, "4,194,304 are the most read here")


@pytest.mark.parametrize("text", ["1" * 5000, '{"r": ' + "1" * 5000 + "}", "[" * 100_000], ids=len)
def test_json_that_python_cannot_hold(text: str, directory: Path) -> None:
    (directory / CONFIG).write_text(text)
    assert_refused_at_once(directory, "damaged")


@pytest.mark.parametrize("old_format", [False, True])
def test_a_whole_model_is_no_t_few_checkpoint(old_format: bool, tmp_path: Path) -> None:
    model, path = ARCHITECTURES["t5-gated"]().build(), tmp_path / "model.bin"
    torch.save({"shared.weight": torch.zeros(2**25)}, path, _use_new_zipfile_serialization=not old_format)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="every name ends in|too large for vectors"):
        load_t_few(model, path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KB, of 131,072
