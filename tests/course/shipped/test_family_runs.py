"""The shipped runs of the family: each is one that the grid names, the later draws at the best rate."""

import pytest

from ia3_teach.course.making.grid import FAMILY_SEEDS, family_cells
from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import read_runs

RUNS = read_runs(data_dir() / "results" / "family_runs.csv", TracedRun)
CHANCE = 0.5
CELLS = sorted({run.cell for run in RUNS})


def test_the_table_holds_the_runs_that_the_grid_names_and_no_others() -> None:
    done = {run.key: run for run in RUNS}
    named = {run.key for cell in family_cells() for run in cell.wanted(done)}
    assert sorted(done) == sorted(named) and len(done) == len(RUNS)


def test_every_run_says_where_it_comes_from() -> None:
    assert all(run.seed in FAMILY_SEEDS and run.commit != "unknown" for run in RUNS)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell[0]}-{cell[2]}")
def test_later_draws_stand_at_the_rate_that_the_validation_split_chose(cell: tuple) -> None:
    mine = [run for run in RUNS if run.cell == cell]
    first = {run.learning_rate: run.validation for run in mine if run.seed == FAMILY_SEEDS[0]}
    later = {run.learning_rate for run in mine if run.seed != FAMILY_SEEDS[0]}
    assert later <= {rate for rate, found in first.items() if found == max(first.values())}


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell[0]}-{cell[2]}")
def test_on_the_decoder_the_best_rate_is_not_the_highest_unless_nothing_was_learned(cell: tuple) -> None:
    tried = {run.learning_rate: run.validation for run in RUNS if run.cell == cell and run.seed == 0}
    best = max(tried, key=tried.__getitem__)
    if cell[1] == "tiny-bloom":
        assert best < max(tried) or tried[best] < CHANCE + 0.1 and len(tried) > 3


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell[0]}-{cell[2]}")
def test_on_the_decoder_who_learned_nothing_had_further_rates(cell: tuple) -> None:
    tried = {run.learning_rate: run.validation for run in RUNS if run.cell == cell and run.seed == 0}
    assert cell[1] != "tiny-bloom" or max(tried.values()) > CHANCE + 0.1 or len(tried) > 3
