"""The tables of what each way costs: every measured way once, with its numbers."""

from dataclasses import replace
from pathlib import Path

from ia3_teach.course.pages.way_tables import EACH, ONCE, costs, digits, example
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import append, read_runs
from ia3_teach.course.shipped.way_costs import WayCost


def test_nothing_measured_makes_no_table(tmp_path: Path) -> None:
    assert costs(tmp_path) == ""


def test_each_model_has_its_table_and_each_way_its_row(tmp_path: Path) -> None:
    for cost in (example("zero_shot", 0, steps=0), replace(example("ia3", 32), model="other")):
        append(tmp_path / "few_shot_costs.csv", cost)
    one, other = (part.splitlines() for part in costs(tmp_path).split("\n\n"))
    assert one[0].startswith("| `plain` |") and other[0].startswith("| `other` |")
    assert [one[2].split(" | ")[0], other[2].split(" | ")[0]] == ["| zero-shot", "| IA3, 32"]
    assert {line.count("|") for line in (*one, *other)} == {2 + len(EACH) + len(ONCE)}


def test_the_shipped_ways_are_all_there_and_none_twice() -> None:
    found = read_runs(data_dir() / "results" / "few_shot_costs.csv", WayCost)
    rows = [line for line in costs(data_dir() / "results").splitlines() if line.startswith("| ")]
    heads = {cost.model for cost in found}
    assert len(rows) == len(found) + len(heads)
    for part in costs(data_dir() / "results").split("\n\n"):
        names = [line.split(" | ")[0] for line in part.splitlines()]
        assert len(set(names)) == len(names)


def test_a_number_keeps_two_digits_at_every_size() -> None:
    assert [digits(value) for value in (0.00012, 9.96, 99.6, 1_049)] == ["0.00012", "10", "100", "1,000"]
