"""The comparison of methods: grids, resumption, tables."""

import csv

import pytest

from ia3_teach.course.making import measuring
from ia3_teach.course.making.experiments import run
from ia3_teach.course.making.grid import Cell, cells, search
from ia3_teach.course.making.parts import FAMILY_RUNS, REAL_RUNS, RUNS
from ia3_teach.course.shipped.results import Run, append, read_runs, summary, used


@pytest.fixture
def measured(monkeypatch):
    """Replaces a run by a formula; returns the runs that were made."""
    made: list[Run] = []

    def pretend(run: Run) -> Run:
        made.append(run)
        return run.with_results(1.0 - abs(run.learning_rate - 3e-3), 0.9 + run.seed / 100, 1.0)

    monkeypatch.setattr(measuring, "measured", pretend)
    return made


def test_a_cell_tries_its_grid_with_one_seed_and_keeps_the_best(measured) -> None:
    cell = Cell("plan", "tiny-bloom", "lora", 32)
    runs = list(search(cell.pattern, cell.rates, cell.seeds, measuring.measured))
    assert [(r.seed, r.learning_rate) for r in runs] == [
        (0, 1e-3), (0, 3e-3), (0, 1e-2), (0, 3e-2), (0, 1e-1), (1, 3e-3), (2, 3e-3), (3, 3e-3), (4, 3e-3),
    ]  # fmt: skip


def test_a_table_has_every_method_of_both_models() -> None:
    found = {(cell.model, cell.method, cell.shots) for cell in cells("plan")}
    assert {("tiny-bloom", "zero_shot", 0), ("tiny-bloom", "in_context", 4)} < found
    for shots in (32, 256):
        assert {("tiny-bloom", method, shots) for method in ("ia3", "lora", "full")} < found
        assert {("tiny-bert", method, shots) for method in ("head", "ia3", "lora", "full")} < found


def test_a_killed_run_goes_on_where_it_stopped(measured, tmp_path) -> None:
    run(tmp_path, task=["plan"])
    total = len(measured)
    path = tmp_path / "results" / "runs.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:5]) + lines[5][:20])
    measured.clear()
    run(tmp_path, task=["plan"])
    assert len(measured) == total - 4
    with (tmp_path / "results" / "experiments.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["seed"] for row in rows if row["shots"] == "32"} == set("01234")
    with (tmp_path / "results" / "summary.csv").open() as file:
        row = next(row for row in csv.DictReader(file) if row["method"] == "ia3")
    assert (row["quartile_1"], row["median"], row["quartile_3"]) == ("0.91", "0.92", "0.93")


def test_the_family_has_a_table_of_its_own_and_goes_on_in_it(measured, tmp_path) -> None:
    run(tmp_path, table=FAMILY_RUNS, task=["sentiment"], model=["tiny-bert"], method=["SSF", "head"])
    assert {(r.method, r.shots) for r in measured} == {("SSF", 256), ("head", 256)}
    assert len(measured) == 2 * (3 + 2)
    measured.clear()
    run(tmp_path, table=FAMILY_RUNS, task=["sentiment"], model=["tiny-bert"], method=["SSF", "head", "IA3"])
    assert {r.method for r in measured} == {"IA3"}
    assert [path.name for path in (tmp_path / "results").glob("*.csv")] == ["family_runs.csv"]


@pytest.mark.parametrize(("table", "model"), [(RUNS, "tiny-bert"), (REAL_RUNS, "minilm-l6")])
def test_what_another_table_has_is_taken_over_under_the_familys_name(
    measured, tmp_path, table: str, model: str
) -> None:
    rows = [(0, 3e-2), (0, 1.0), (3, 3e-2)]  # the second rate and the last seed are not the family's
    for seed, rate in rows:
        one = Run("sentiment", model, "ia3", 256, seed, rate).with_results(0.99, 0.98, 1.0)
        append(tmp_path / "results" / table, one)
    run(tmp_path, table=FAMILY_RUNS, task=["sentiment"], model=[model], method=["IA3"])
    made = [(each.seed, each.learning_rate) for each in measured]
    assert made == [(0, 0.1), (0, 0.3), (1, 3e-2), (2, 3e-2)]
    found = read_runs(tmp_path / "results" / "family_runs.csv")
    assert [r.test for r in found if (r.seed, r.learning_rate) == (0, 3e-2)] == [0.98]
    assert {r.method for r in found} == {"IA3"} and len(found) == 5


def test_runs_survive_the_file(tmp_path) -> None:
    one = Run("plan", "tiny-bert", "full", 32, 0, 1e-3).with_results(0.5, 0.25, 3.0)
    append(tmp_path / "runs.csv", one)
    assert read_runs(tmp_path / "runs.csv") == [one]
    assert summary(used([one]))[0]["median"] == 0.25
