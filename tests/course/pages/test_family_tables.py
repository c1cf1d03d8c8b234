"""The tables of the family's outcomes: every cell of the experiment, with what each method costs."""

from pathlib import Path

from ia3_teach.course.making.grid import FAMILY_PARTS
from ia3_teach.course.pages.family_tables import outcomes
from ia3_teach.course.shipped.method_costs import MethodCost
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import Run, append

MADE = outcomes(data_dir() / "results")


def columns(model: str) -> dict[str, list[str]]:
    """{method: its cells} of one model's table."""
    part = next(part for part in MADE.split("\n\n") if part.startswith(f"| `{model}` |"))
    rows = [line.strip("| ").split(" | ") for line in part.splitlines()[2:]]
    return {row[0]: row[1:] for row in rows}


def test_every_method_of_the_grid_has_a_row_the_fewest_values_first() -> None:
    for (model, _), methods in FAMILY_PARTS.items():
        found = columns(model)
        assert set(found) == set(methods)
        values = [int(cells[-3].replace(",", "")) for cells in found.values()]
        assert values == sorted(values)


def test_a_cost_without_a_run_gives_no_row(tmp_path: Path) -> None:
    facts = dict.fromkeys(("torch", "transformers", "machine", "commit"), "x")
    for method, time in (("IA3", 1.1), ("SSF", 1.5)):
        cost = MethodCost("tiny-bert", method, 5, 240, 12, 10, time, 1.0, 2.0, 30, **facts)
        append(tmp_path / "family_costs.csv", cost)
    run = Run("plan", "tiny-bert", "IA3", 256, 0, 0.1).with_results(0.5, 0.75, 1.0)
    append(tmp_path / "family_runs.csv", run)
    assert outcomes(tmp_path).splitlines()[2:] == ["| IA3 | 75 | 5 | 1.20 | 1.10 (1.00–2.00) |"]
