"""A record goes from process to process as plain data; whoever forges one gets an error, and no code runs."""

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from ia3_teach.check import EXERCISES
from ia3_teach.check.probing.plain_data import Other, plain, rebuilt
from ia3_teach.check.probing.recorded import Record
from ia3_teach.grading.exercises import write_cases
from ia3_teach.grading.inside.probing import read_cases


def forged(path: Path, tree: str | None, tensors: dict[str, torch.Tensor] | None = None) -> Path:
    save_file(tensors or {}, path, metadata=None if tree is None else {"tree": tree})
    return path


@pytest.mark.parametrize(
    "tree",
    [None, "", "[1", "3", "[]", '["tensor", "0"]', '{"a": ["other"]}', '{"a": [["list"]]}', "[" * 99_999],
)
def test_a_forged_tree_is_a_value_error(tree: str | None, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no readable record"):
        Record.load(forged(tmp_path / "record", tree))


@pytest.mark.parametrize("content", [b"", b"\0" * 8, b"\xff" * 64, pickle.dumps({"seen": 1})])
def test_other_files_are_a_value_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "record").write_bytes(content)
    with pytest.raises(ValueError, match="no readable record"):
        Record.load(tmp_path / "record")


def test_a_missing_file_a_link_and_a_huge_file_are_value_errors(tmp_path: Path) -> None:
    Record({}).save(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(65_000_000)
    for name in ("missing", "link", "huge"):
        with pytest.raises(ValueError, match="no readable record"):
            Record.load(tmp_path / name)


@pytest.mark.parametrize("value", [{1: 2}, {"a": (1,)}, {"a": object()}, {"a": {2: 3}}])
def test_only_plain_data_is_saved(value: dict, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="record"):
        Record(value).save(tmp_path / "record")
    assert not (tmp_path / "record").exists()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.bool])
def test_everything_comes_back_as_it_was(dtype: torch.dtype, tmp_path: Path) -> None:
    shared = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).to(dtype)
    data = {
        "a": [None, True, 3, -0.5, "text"],
        "b": {"c": shared, "d": shared.T},
        "e": torch.tensor(1).to(dtype),
    }
    Record(data).save(tmp_path / "record")
    found = Record.load(tmp_path / "record").data
    assert found["a"] == data["a"] and list(found) == list(data)
    assert torch.equal(found["b"]["d"], shared.T) and found["b"]["c"].dtype == dtype and found["e"].ndim == 0


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_a_record_that_holds_something_else_earns_nothing_and_stops_no_grader(name: str) -> None:
    one = EXERCISES[name]
    cases = one.cases(1)
    for data in (
        {},
        {"callable": True, "seen": {}},
        {"callable": True, "seen": dict.fromkeys(cases if isinstance(cases, dict) else "01234567", 3)},
        {"tree": 3},
        {"tree": dict.fromkeys(cases, 3) if isinstance(cases, dict) else [3] * len(cases)},
    ):
        outcomes = one.judge(Record(data), 1)
        assert len(outcomes) == len(one.properties) and not any(outcome.points for outcome in outcomes)


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_cases_come_into_a_box_as_they_were(name: str, tmp_path: Path) -> None:
    cases = EXERCISES[name].cases(3)
    write_cases(cases, tmp_path / "cases")
    assert repr(read_cases(tmp_path / "cases")) == repr(cases)


def test_what_is_no_plain_data_is_kept_by_name() -> None:
    assert rebuilt(plain({"f": print, "deep": [[[[[[[[[1]]]]]]]]]}))["f"] == Other(
        "builtin_function_or_method", True
    )
    assert isinstance(rebuilt(plain(torch.empty(2, device="meta"))), Other)
    assert isinstance(rebuilt(plain(10**400)), Other) and isinstance(rebuilt(plain("x" * 10**6)), Other)
    json.dumps(plain({"a": (1, [2.5, None, True])}))
