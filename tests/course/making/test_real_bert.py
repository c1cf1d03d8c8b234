"""The table of a real BERT: its form and provenance, and a killed process that goes on."""

from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel

from ia3_teach import load_model
from ia3_teach.course.making import measuring, real_bert
from ia3_teach.course.making.real_bert import RealRun, run
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.results import read_runs, summary, used


@pytest.fixture
def small_bert(tmp_path: Path) -> Path:
    """A saved BERT of one narrow layer, with the tokenizer of tiny-bert."""
    _, tokenizer = load_model("tiny-bert")
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    model = BertModel(BertConfig(vocab_size=len(tokenizer), **sizes))
    model.save_pretrained(tmp_path / "small-bert")
    tokenizer.save_pretrained(tmp_path / "small-bert")
    return tmp_path / "small-bert"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[RealRun]:
    """Replaces a run by a formula; returns the runs that were made."""
    made: list[RealRun] = []

    def pretend(each: RealRun, source: str) -> RealRun:
        made.append(each)
        return each.with_results(1 - abs(each.learning_rate - 1e-2), 0.8 + each.seed / 100, 1.0)

    monkeypatch.setattr(measuring, "measured", pretend)
    return made


def test_each_method_tries_its_rates_and_repeats_the_best(small_bert: Path, measured, tmp_path: Path) -> None:
    path = run(small_bert, ["plan"], tmp_path)
    runs = [(each.seed, each.learning_rate) for each in measured if each.cell[2:] == ("lora", 32)]
    tried = [(0, rate) for rate in real_bert.RATES["lora"]]
    assert runs == [*tried, (1, 1e-2), (2, 1e-2)]
    rows = summary(used(read_runs(path)))
    assert {(row["method"], row["shots"], row["seeds"]) for row in rows} == {
        (method, shots, 3) for method in ("head", "ia3", "lora") for shots in (32, 256)
    }
    assert {row["median"] for row in rows} == {0.81}
    assert "results/real_bert.csv" in manifest.read_manifest(tmp_path)["files"]


def test_a_killed_process_goes_on_where_it_stopped(small_bert: Path, measured, tmp_path: Path) -> None:
    path = run(small_bert, ["plan"], tmp_path)
    whole, total = path.read_text(), len(measured)
    lines = whole.splitlines(keepends=True)
    path.write_text("".join(lines[:8]) + lines[8][:-20])
    measured.clear()
    run(small_bert, ["plan"], tmp_path)
    assert len(measured) == total - 7
    assert path.read_text() == whole


def test_other_weights_are_another_run(small_bert: Path, measured, tmp_path: Path) -> None:
    run(small_bert, ["plan"], tmp_path)
    total = len(measured)
    BertModel.from_pretrained(small_bert).half().save_pretrained(small_bert)
    path = run(small_bert, ["plan"], tmp_path)
    assert len(measured) == 2 * total
    assert len({each.weights for each in read_runs(path, RealRun)}) == 2


def test_a_real_run_has_its_provenance(
    small_bert: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(real_bert, "SHOTS", (32,))
    monkeypatch.setattr(real_bert, "SEEDS", range(1))
    monkeypatch.setattr(measuring, "STEPS", {32: 2, 3000: 2})
    runs = read_runs(run(small_bert, ["formality"], tmp_path), RealRun)
    assert [each.learning_rate for each in runs] == sum(map(list, real_bert.RATES.values()), [])
    assert {each.weights for each in runs} == {manifest.sha256(small_bert / "model.safetensors")}
    assert {(each.model, each.torch) for each in runs} == {("small-bert", torch.__version__)}
    assert all(0 <= each.test <= 1 and 0 <= each.validation <= 1 for each in runs)


def test_a_directory_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no model.safetensors"):
        run(tmp_path, ["plan"], tmp_path)
