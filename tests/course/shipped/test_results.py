"""The shipped comparison of methods: whole, consistent with its runs, and with room between the methods."""

import csv
from collections import defaultdict
from pathlib import Path
from statistics import median

import pytest

from ia3_teach.course.making.grid import SEEDS, cells, search
from ia3_teach.course.making.methods import METHODS
from ia3_teach.course.pages.outcome_tables import outcomes
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import Run, append, read_runs, summary, tidy, used

RESULTS = data_dir() / "results"
RUNS = read_runs(RESULTS / "runs.csv")
TASKS = sorted({run.task for run in RUNS})
ROWS = {(row["task"], row["model"], row["method"], row["shots"]): row for row in summary(used(RUNS))}


def test_at_least_five_tasks_were_compared() -> None:
    assert len(TASKS) >= 5


@pytest.mark.parametrize("task", TASKS)
def test_no_run_is_missing(task: str) -> None:
    done, asked = {run.key: run for run in RUNS}, []

    def known(run):
        asked.append(run.key)
        return done[run.key]

    for cell in cells(task):
        list(search(cell.pattern, cell.rates, cell.seeds, known))
    assert {key for key in done if key[0] == task} >= set(asked)


@pytest.mark.parametrize("task", TASKS)
def test_every_trained_cell_has_five_seeds_at_the_best_rate_of_its_grid(task: str) -> None:
    for model, methods in METHODS.items():
        for method, choice in methods.items():
            for shots in (32, 256):
                of_cell = [run for run in RUNS if run.cell == (task, model, method, shots)]
                tried = {run.learning_rate: run.validation for run in of_cell if run.seed == 0}
                assert set(tried) == set(choice.learning_rates)
                row = ROWS[task, model, method, shots]
                assert tried[row["learning_rate"]] == max(tried.values())
                assert row["seeds"] == len(SEEDS)


def test_the_chosen_rates_lie_inside_their_grids_but_for_those_that_are_told() -> None:
    """Two of 84, as data/results/README.md says: one near chance, one where several rates reach all."""
    grids: dict[tuple, dict[float, float]] = defaultdict(dict)
    for run in RUNS:
        if run.seed == 0 and run.model in METHODS and run.method in METHODS[run.model]:
            grids[run.cell][run.learning_rate] = run.validation
    grids = {cell: tried for cell, tried in grids.items() if len(tried) > 1}
    at_the_end = {
        cell: max(tried.values())
        for cell, tried in grids.items()
        if ROWS[cell]["learning_rate"] in (min(tried), max(tried))
    }
    assert len(grids) == 84
    assert at_the_end == {
        ("which_note", "tiny-bert", "lora", 32): 0.585,
        ("plan", "tiny-bloom", "full", 256): 1.0,
    }


def test_a_tie_of_rates_costs_what_is_told() -> None:
    of_cell = [run for run in RUNS if run.cell == ("who_liked", "tiny-bert", "full", 256)]
    medians = {
        rate: round(100 * median(run.test for run in of_cell if run.learning_rate == rate))
        for rate in (3e-5, 1e-4)
    }
    assert medians == {3e-5: 95, 1e-4: 99}


def test_the_tables_are_those_of_the_runs(tmp_path: Path) -> None:
    (tmp_path / "runs.csv").write_bytes((RESULTS / "runs.csv").read_bytes())
    tidy(tmp_path / "runs.csv")
    for name in ("experiments.csv", "summary.csv"):
        assert (tmp_path / name).read_bytes() == (RESULTS / name).read_bytes()


def test_four_tasks_leave_the_methods_room() -> None:
    room = [
        task
        for task in TASKS
        if ROWS[task, "tiny-bloom", "zero_shot", 0]["median"] < 0.65
        and ROWS[task, "tiny-bloom", "full", 3000]["median"] > 0.95
    ]
    assert len(room) >= 4, room


def test_the_readme_table_has_a_cell_for_every_summary_row(tmp_path: Path) -> None:
    with (RESULTS / "summary.csv").open(encoding="utf-8", newline="") as file:
        count = sum(1 for _ in csv.DictReader(file))
    body = [line for line in outcomes(RESULTS / "summary.csv").splitlines() if line.startswith("|")]
    rows = [line for line in body if line.split("|")[1].strip() in TASKS]
    assert sum(len(line.strip("|").split("|")) - 1 for line in rows) == count


HEAD = "task,model,method,shots,seed,learning_rate,validation,test,seconds"
LINE = "a,b,c,32,0,0.1,0.5,0.5,1.0"


@pytest.mark.parametrize(
    "name", ["LoRA, r=4", 'the "small" one', "=1+1", " padded ", "日本", "a;b", "U\u2028+2028"]
)
def test_a_name_of_any_letters_comes_back_as_it_was(name: str, tmp_path) -> None:
    run = Run(name, name, name, 32, 0, 0.1, 0.5, 0.5, 1.0)
    for _ in range(2):
        append(tmp_path / "runs.csv", run)
    assert read_runs(tmp_path / "runs.csv") == [run, run]


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_alike_whichever_program_saved_it(start: str, end: str, tmp_path) -> None:
    (tmp_path / "runs.csv").write_bytes((start + end.join([HEAD, LINE, "", LINE, ""])).encode())
    assert [run.task for run in read_runs(tmp_path / "runs.csv")] == ["a", "a"]


WRONG = {
    "no number": LINE.replace("32", "many"),
    "half a number": LINE.replace("0.1", "1e-"),
    "a broken number": LINE.replace("32", "32.5"),
    "a field too many": f"{LINE},more",
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_line_that_is_none_is_named(kind: str, tmp_path) -> None:
    (tmp_path / "runs.csv").write_text("\n".join([HEAD, LINE, WRONG[kind], LINE]))
    with pytest.raises(ValueError, match=r"runs\.csv, line 3, is no line of results"):
        read_runs(tmp_path / "runs.csv")


def test_a_table_without_its_columns_is_refused(tmp_path) -> None:
    (tmp_path / "runs.csv").write_text("task,model\na,b")
    with pytest.raises(ValueError, match="is no line of results"):
        read_runs(tmp_path / "runs.csv")
