"""The tables of pretraining have a row for each step watched and each kind of probe."""

from pathlib import Path

from ia3_teach.course.making.probe_table import Found
from ia3_teach.course.making.watch import Progress
from ia3_teach.course.pages.pretraining_tables import probes, progress
from ia3_teach.course.shipped.results import append


def test_each_watched_step_has_a_row_of_its_model(tmp_path: Path) -> None:
    for model, step, task, share in [
        ("tiny-bloom", 2000, "plan", 0.5), ("tiny-bert", 10, "sentiment", 0.625),
        ("tiny-bert", 10, "plan", 0.9), ("tiny-bloom", 2000, "sentiment", 0.751),
    ]:  # fmt: skip
        append(tmp_path / "table.csv", Progress(model, "corpus", step, 1.234, task, share))
    assert progress(tmp_path / "table.csv").splitlines() == [
        "| `tiny-bloom` | step | loss | plan | sentiment |", "|---|---|---|---|---|",
        "| corpus | 2,000 | 1.23 | 50 | 75 |", "",
        "| `tiny-bert` | step | loss | plan | sentiment |", "|---|---|---|---|---|",
        "| corpus | 10 | 1.23 | 90 | 62 |",
    ]  # fmt: skip


def test_each_view_of_a_model_has_a_row_of_its_test_accuracies(tmp_path: Path) -> None:
    for view, test in (("mean", 0.5), ("pooler", 0.75)):
        append(tmp_path / "table.csv", Found("tiny-bert", "plan", view, 2000, 0.1, test))
    assert probes(tmp_path / "table.csv").splitlines()[2:] == [
        "| `tiny-bert`, mean | 50 |", "| `tiny-bert`, pooler | 75 |",
    ]  # fmt: skip


def test_what_was_not_run_yet_has_a_dash(tmp_path: Path) -> None:
    append(tmp_path / "probes.csv", Found("tiny-bert", "plan", "mean", 2000, 0.1, 0.5))
    append(tmp_path / "probes.csv", Found("tiny-bert", "sentiment", "pooler", 2000, 0.1, 0.75))
    assert probes(tmp_path / "probes.csv").splitlines()[2:] == [
        "| `tiny-bert`, mean | 50 | - |", "| `tiny-bert`, pooler | - | 75 |",
    ]  # fmt: skip
    for step, task in ((10, "plan"), (20, "sentiment")):
        append(tmp_path / "steps.csv", Progress("tiny-bert", "corpus", step, 1.0, task, 0.5))
    assert [line[-10:] for line in progress(tmp_path / "steps.csv").splitlines()[2:]] == [
        "| 50 | - |", "| - | 50 |",
    ]  # fmt: skip
