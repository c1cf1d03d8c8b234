"""The declared grid: its parts, and a cell's two rounds."""

import pytest

from ia3_teach import family
from ia3_teach.course.making import few_shot
from ia3_teach.course.making.grid import (
    FAMILY_PARTS,
    FAMILY_SEEDS,
    POOL_RATES,
    SEEDS,
    Cell,
    cells,
    family_cells,
    few_shot_cells,
)
from ia3_teach.course.making.methods import FAMILY, FURTHER
from ia3_teach.course.making.parts import FAMILY_RUNS, FEW_SHOT_RUNS, REAL_RUNS, one_table, part
from ia3_teach.course.shipped.tasks import task_names

ASKED = {"task": "weather", "model": "gpt-5", "method": "prayer", "shots": 7}


@pytest.mark.parametrize("name", ASKED)
def test_what_the_grid_has_not_is_refused_by_name_with_what_there_is(name: str) -> None:
    there = sorted({getattr(cell, name) for cell in cells(task_names()[0])})
    message = f"the grid of runs.csv has no {name} {ASKED[name]!r}; it has"
    with pytest.raises(ValueError, match=message) as refused:
        part(**{name: [ASKED[name]]})
    assert str(there[-1]) in str(refused.value)


def test_values_that_never_meet_are_refused() -> None:
    with pytest.raises(ValueError, match="no cell with all of"):
        part(model=["tiny-bloom"], method=["head"])


def test_nothing_asked_for_is_the_whole_grid() -> None:
    assert len(part()) == len(part(task=None, method=[])) == sum(len(cells(task)) for task in task_names())


def test_several_values_of_one_kind_are_all_taken() -> None:
    found = part(method=["ia3", "lora"], shots=[32])
    assert {cell.method for cell in found} == {"ia3", "lora"} and {cell.shots for cell in found} == {32}


def test_the_second_round_is_named_when_the_whole_first_is_done() -> None:
    cell, done = Cell("plan", "tiny-bert", "head", 32), {}
    first = cell.wanted(done)
    assert {run.seed for run in first} == {0} and [run.learning_rate for run in first] == list(cell.rates)
    for place, run in enumerate(first):
        assert cell.wanted(done) == first
        done[run.key] = run.with_results(0.9 if place == 1 else 0.5, 0.5, 1.0)
    second = cell.wanted(done)[len(first) :]
    assert [run.seed for run in second] == list(SEEDS)[1:]
    assert {run.learning_rate for run in second} == {cell.rates[1]}
    assert cell.count == len(first) + len(second)


@pytest.mark.parametrize(
    ("method", "shots", "seeds", "rates"),
    [("zero_shot", 0, 1, (0.0,)), ("in_context", 4, 5, (0.0,)), ("full", 3000, 1, POOL_RATES)],
)
def test_what_needs_no_choice_has_one_rate(method, shots, seeds, rates) -> None:
    cell = Cell("plan", "tiny-bloom", method, shots)
    assert (len(cell.seeds), cell.rates, cell.count) == (seeds, rates, seeds)


def test_a_method_that_the_familys_grid_has_not_is_refused_with_what_it_has() -> None:
    with pytest.raises(ValueError, match="the grid of family_runs.csv has no method 'ia3'; it has BitFit"):
        part(FAMILY_RUNS, method=["ia3"])


def test_the_familys_grid_has_every_form_and_both_ends() -> None:
    facts = family.facts()
    forms = {facts[method]["form"] for method in FAMILY if method in facts}
    assert forms == {"scale", "add", "rotate", "prepend", "select"}
    assert set(FAMILY) - set(facts) == {"head", "full"}


def test_a_cell_of_the_family_has_its_own_rates_and_seeds() -> None:
    for (model, task), methods in FAMILY_PARTS.items():
        found = part(FAMILY_RUNS, task=[task], model=[model])
        assert [cell.method for cell in found] == list(methods) and set(methods) <= set(FAMILY)
    for cell in family_cells():
        own, more = FAMILY[cell.method].learning_rates, FURTHER.get((cell.model, cell.method), ())
        assert cell.rates == tuple(sorted(own + more)) and cell.seeds == FAMILY_SEEDS
        assert list(cell.rates) == sorted(set(cell.rates)) and len(cell.rates) >= 3


def test_two_tables_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="--family, --real .* ask for one after the other"):
        one_table({FAMILY_RUNS: True, FEW_SHOT_RUNS: False, REAL_RUNS: True})


def test_the_losses_have_a_grid_of_at_most_150_runs_whose_methods_fit_into_a_csv_line() -> None:
    found = few_shot_cells()
    assert part(FEW_SHOT_RUNS) == found and sum(cell.count for cell in found) <= 150
    assert {cell.task for cell in found} == set(few_shot.TASKS) < set(task_names())
    for cell in found:
        assert cell.rates == few_shot.RATES and cell.seeds == SEEDS
        assert list(cell.rates) == sorted(set(cell.rates)) and "," not in cell.method
