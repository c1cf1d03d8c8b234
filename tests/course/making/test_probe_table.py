"""The table of probes: resumable, one line for each model, task and view."""

import pytest

from ia3_teach.course.making import probe_table
from ia3_teach.course.making.probe_table import Found, wanted
from ia3_teach.course.shipped.results import read_runs


@pytest.fixture
def probed(monkeypatch, tmp_path):
    """Replaces the probe by a number; returns the directory, and the probes that were made."""
    made: list[tuple[str, str]] = []

    def pretend(model, tokenizer, splits, view, examples, on) -> float:
        made.append((view, on))
        return {"validation": 0.75, "test": 0.5}[on]

    monkeypatch.setattr(probe_table, "probe", pretend)
    monkeypatch.setattr(probe_table, "task_names", lambda: ["plan", "formality"])
    return tmp_path, made


def test_only_a_bert_has_a_pooler() -> None:
    found = set(wanted(("tiny-bloom", "tiny-bert")))
    assert ("tiny-bert", "plan", "pooler") in found and ("tiny-bloom", "plan", "pooler") not in found
    assert {(name, view) for name, _, view in found} == {
        ("tiny-bert", "mean"), ("tiny-bert", "pooler"), ("tiny-bloom", "mean"),
    }  # fmt: skip


def test_what_is_known_is_not_measured_again(probed) -> None:
    directory, made = probed
    probe_table.run(directory)
    lines = read_runs(directory / "results" / "probes.csv", Found)
    assert len(lines) == 6 and lines[0] == Found("tiny-bloom", "plan", "mean", 2000, 0.75, 0.5)
    made.clear()
    probe_table.run(directory)
    assert not made
    probe_table.run(directory, examples=100)
    assert len(made) == 12
