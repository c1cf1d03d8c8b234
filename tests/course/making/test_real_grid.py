"""The grid on real models: whole, without what runs.csv has, and asked for by its own option."""

import pytest
from typer.testing import CliRunner

import ia3_teach.__main__ as command_line
from ia3_teach.course.making.asking import is_asked
from ia3_teach.course.making.experiments import check_device, run
from ia3_teach.course.making.methods import REAL_METHODS
from ia3_teach.course.making.parts import REAL_RUNS, RUNS, part
from ia3_teach.course.making.real_grid import real_cells
from ia3_teach.course.shipped.tasks import task_names


def test_a_model_of_the_other_grid_is_refused_with_the_option_that_has_it() -> None:
    with pytest.raises(ValueError, match="runs.csv has no model 'smollm2-135m'; .*--real has it"):
        part(RUNS, model=["smollm2-135m"])


def test_two_tables_at_once_are_refused() -> None:
    refused = CliRunner().invoke(command_line.app, ["experiments", "--real", "--family"]).exception
    assert isinstance(refused, ValueError) and "one after the other" in str(refused)


@pytest.mark.parametrize("device", ["moon", "cuda:99"])
def test_a_device_that_is_not_here_is_refused_before_anything_is_written(device: str, tmp_path) -> None:
    with pytest.raises(ValueError, match=f"there is no device '{device}' here"):
        run(tmp_path, table=REAL_RUNS, device=device)
    assert not list(tmp_path.rglob("*"))
    check_device("cpu")


def test_no_cell_comes_twice_or_in_two_tables() -> None:
    keys = [cell.pattern.cell for cell in real_cells()]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & {cell.pattern.cell for cell in part(RUNS)}


def test_every_entry_is_there_for_every_task() -> None:
    by_task = {task: {c.pattern.cell[1:] for c in part(REAL_RUNS, task=[task])} for task in task_names()}
    assert len(set(map(frozenset, by_task.values()))) == 1


def test_examples_in_context_come_first_and_the_decoder_before_all() -> None:
    of_decoder = [is_asked(cell.method) for cell in real_cells() if cell.model == "smollm2-135m"]
    assert real_cells()[0].model == "smollm2-135m" and of_decoder == sorted(of_decoder, reverse=True)


@pytest.mark.parametrize("model", REAL_METHODS)
def test_grids_of_rates_rise_and_that_of_ia3_holds_the_rate_of_the_benchmark(model: str) -> None:
    for method, choice in REAL_METHODS[model].items():
        rates = choice.learning_rates
        assert list(rates) == sorted(set(rates)) and len(rates) >= 5
        assert method != "ia3" or (rates[0] == 5e-5 and rates[-1] >= 0.3)


def test_only_what_is_drawn_has_several_seeds() -> None:
    seeds = {cell.method: len(cell.seeds) for cell in real_cells()}
    once = {method for method, count in seeds.items() if count == 1}
    assert once == {"zero_shot", "zero_shot_content_free", "zero_shot_chat"} and set(seeds.values()) == {1, 5}
