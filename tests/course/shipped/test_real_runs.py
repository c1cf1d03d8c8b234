"""The shipped runs on real models: whole cells of the grid, the later draws at the chosen rate."""

from collections import defaultdict

import pytest

from ia3_teach.course.making.parts import REAL_RUNS
from ia3_teach.course.making.real_grid import real_cells
from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import read_runs, used

RUNS = read_runs(data_dir() / "results" / REAL_RUNS, TracedRun)
CELLS = {cell.pattern.cell: cell for cell in real_cells()}
BY_CELL = defaultdict(dict)
for run in RUNS:
    BY_CELL[run.cell][run.key] = run


def test_every_run_belongs_to_the_grid_and_says_where_it_comes_from() -> None:
    assert set(BY_CELL) <= set(CELLS) and len({run.key for run in RUNS}) == len(RUNS)
    assert all(run.commit != "unknown" and run.machine.endswith("float32") for run in RUNS)


def test_no_cell_is_there_in_part() -> None:
    for key, runs in BY_CELL.items():
        assert {run.key for run in CELLS[key].wanted(runs)} == set(runs)


@pytest.mark.parametrize("model", ["smollm2-135m", "minilm-l6"])
def test_four_tasks_or_more_have_what_the_claims_are_about(model: str) -> None:
    for method, shots in (("ia3", 32), ("lora", 32), ("full", 32), ("ia3", 256), ("lora", 256)):
        assert len({run.task for run in RUNS if run.cell[1:] == (model, method, shots)}) >= 4


def test_where_ia3_lora_or_full_is_best_at_an_edge_of_its_grid_nothing_was_learned() -> None:
    for run in used(RUNS):
        if run.method in ("ia3", "lora", "full") and run.seed == 0:
            rates = CELLS[run.cell].rates
            assert run.learning_rate not in (rates[0], rates[-1]) or run.validation <= 0.55
