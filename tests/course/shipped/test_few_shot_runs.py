"""The shipped runs of T-Few's losses: those that the grid names, at the rate that validation chose."""

import pytest

from ia3_teach.course.making.few_shot import TASKS, methods_of
from ia3_teach.course.making.grid import SEEDS, few_shot_cells
from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped.adapters import shipped_runs
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import read_runs

RUNS = read_runs(data_dir() / "results" / "few_shot_runs.csv", TracedRun)
IA3 = ("tiny-bloom", "ia3", 32)
CELLS = sorted({run.cell for run in RUNS})


def test_every_run_belongs_to_a_cell_of_the_grid_and_says_where_it_comes_from() -> None:
    assert RUNS and set(CELLS) <= {cell.pattern.cell for cell in few_shot_cells()}
    assert all(run.seed in SEEDS and run.commit != "unknown" for run in RUNS)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell[0]}-{cell[2]}")
def test_later_draws_stand_at_the_rate_that_the_validation_split_chose(cell: tuple) -> None:
    mine = [run for run in RUNS if run.cell == cell]
    first = {run.learning_rate: run.validation for run in mine if run.seed == SEEDS[0]}
    later = {run.learning_rate for run in mine if run.seed != SEEDS[0]}
    assert later <= {rate for rate, found in first.items() if found == max(first.values())}


def test_each_task_has_every_combination_with_every_draw() -> None:
    for task in TASKS:
        draws = {(run.method, run.seed) for run in RUNS if run.task == task}
        assert draws == {(method, seed) for method in methods_of(task) for seed in SEEDS}


def test_the_language_model_loss_alone_is_what_the_first_table_calls_ia3() -> None:
    first = {(r.task, r.seed, r.learning_rate): r.test for r in shipped_runs() if r.cell[1:] == IA3}
    both = [(run.test, first[run.task, run.seed, run.learning_rate]) for run in RUNS
            if run.method == "LM" and (run.task, run.seed, run.learning_rate) in first]  # fmt: skip
    assert len(both) > 10 and all(here == there for here, there in both)
