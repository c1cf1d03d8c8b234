"""The table of pretraining: a line when it is time, none twice."""

import pytest
import torch

from ia3_teach import load_model
from ia3_teach.course.making import watch
from ia3_teach.course.making.recipes import Size, Stage
from ia3_teach.course.making.watch import Progress, Watch
from ia3_teach.course.shipped.results import read_runs

SIZE = Size((Stage("corpus", 3, 2, 24, 1e-3), Stage("relatives", 4, 2, 24, 1e-3)))


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A watch over two tasks whose probe is cheap."""
    monkeypatch.setattr(watch, "EVERY", 5)
    monkeypatch.setattr(watch, "task_names", lambda: ["plan", "sentiment"])
    monkeypatch.setattr(watch, "probe", lambda model, tokenizer, splits, examples: 0.75)
    return tmp_path / "table.csv"


def losses(count: int) -> list[float]:
    return [float(step) for step in range(1, count + 1)]


def test_lines_come_at_the_end_of_each_stage_and_between(table) -> None:
    model, seen = torch.nn.Linear(2, 2), Watch(table, "tiny-bert", None, SIZE)
    for step in range(1, 8):
        seen(model, losses(step))
    lines = read_runs(table, Progress)
    assert [(line.stage, line.step, line.loss) for line in lines[::2]] == [
        ("corpus", 3, 2.0), ("relatives", 5, 4.5), ("relatives", 7, 6.5),
    ]  # fmt: skip
    assert lines[0] == Progress("tiny-bert", "corpus", 3, 2.0, "plan", 0.75)
    assert model.training


def test_a_training_that_goes_on_writes_no_line_twice(table) -> None:
    seen = Watch(table, "tiny-bert", None, SIZE)
    seen(torch.nn.Linear(2, 2), losses(3))
    whole = table.read_text()
    table.write_text(whole[:-4])  # the last line was cut off
    for _ in range(2):
        seen(torch.nn.Linear(2, 2), losses(3))
    assert len(read_runs(table, Progress)) == 2
    seen = Watch(table, "tiny-bloom", None, SIZE)
    seen(torch.nn.Linear(2, 2), losses(3))
    assert len(read_runs(table, Progress)) == 4


def test_a_real_model_is_probed_and_left_as_it_was(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(watch, "EXAMPLES", 40)
    monkeypatch.setattr(watch, "task_names", lambda: ["formality"])
    model, tokenizer = load_model("tiny-bert")
    model.train()
    Watch(tmp_path / "table.csv", "tiny-bert", tokenizer, SIZE)(model, losses(7))
    (line,) = read_runs(tmp_path / "table.csv", Progress)
    assert line.probe > 0.7 and model.training
