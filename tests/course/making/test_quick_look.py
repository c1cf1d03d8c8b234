"""The shipped table against runs made now."""

import random
import shutil
from pathlib import Path

import pytest

from ia3_teach.course.making import measuring
from ia3_teach.course.making.methods import METHODS
from ia3_teach.course.making.parts import part
from ia3_teach.course.making.quick_look import first_of_each_method, line, repeat, same_origin, unmeasured
from ia3_teach.course.making.tracing import TracedRun, provenance
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import read_runs

RUNS = data_dir() / "results" / "runs.csv"
POINTS = 0.02  # ten of 500 texts: bfloat16 and float32 order answers differently that are nearly as likely
STEADY = ("zero_shot", "in_context", "head")  # no training, or a convex one: no rounding grows


def test_a_table_without_the_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to compare with"):
        repeat(tmp_path)


def test_each_method_comes_once_and_with_few_examples() -> None:
    found = first_of_each_method(part(), data_dir() / "results" / "runs.csv")
    of_models = {(model, method) for model, methods in METHODS.items() for method in methods}
    asked = of_models | {("tiny-bloom", "zero_shot"), ("tiny-bloom", "in_context")}
    assert {(run.model, run.method) for run in found} == asked and len(found) == len(asked)
    assert {run.shots for run in found} == {0, 4, 32}


def test_a_look_writes_nothing_and_says_what_differs(tmp_path: Path, monkeypatch, capsys) -> None:
    (tmp_path / "results").mkdir()
    shutil.copy(RUNS, tmp_path / "results" / "runs.csv")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.csv")}
    monkeypatch.setattr(measuring, "measured", lambda run: run.with_results(0.5, 0.1234, 1.0))
    pairs = repeat(tmp_path, method=["head"])
    assert [(shipped.method, here.test) for shipped, here in pairs] == [("head", 0.1234)]
    assert "DIFFERS" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.csv")} == before


def test_a_difference_says_whether_the_machine_may_be_why() -> None:
    run = TracedRun("plan", "tiny-bert", "ia3", 32, 0, 0.1, **provenance()).with_results(0.5, 0.5, 1.0)
    other = TracedRun("plan", "tiny-bert", "ia3", 32, 0, 0.1).with_results(0.5, 0.6, 1.0)
    assert line(run, run).endswith("the same") and line(run, other).endswith("made like here")
    assert "unknown" in line(other, run)


@pytest.mark.slow
def test_a_random_run_of_the_shipped_table_comes_out_again() -> None:
    small = [run for run in read_runs(RUNS, TracedRun) if run.shots <= 32 and run.model in METHODS]
    shipped = random.choice([run for run in small if same_origin(run) or run.method in STEADY])
    here = measuring.traced(unmeasured(shipped))
    print(line(shipped, here))
    allowed = 0.0 if same_origin(shipped) else POINTS
    assert abs(here.test - shipped.test) <= allowed, line(shipped, here)
