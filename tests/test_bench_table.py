"""The benchmarks run, at a tiny size, and the README shows what was measured. Nothing here is timed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bench.render import END, README, RESULTS, START, put, table

RUN = Path(__file__).parent / "bench" / "run.py"


@pytest.fixture(scope="module")
def results() -> dict:
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_readme_shows_the_measurements(results) -> None:
    readme = README.read_text(encoding="utf-8")
    assert readme == put(readme, table(results)), "run python tests/bench/render.py --write"


def test_every_row_is_whole(results) -> None:
    names = {"what", "shape", "against", "ours", "other", "ratio", "unit", "repetitions"}
    for row in results["rows"]:
        assert set(row) == names
        assert row["ratio"] == pytest.approx(row["ours"] / row["other"], rel=2e-3)
    assert set(results["machine"]) >= {"processor", "threads", "date", "torch", "peft"}


def test_a_readme_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the lines"):
        put(START, "")
    assert put(f"a\n{START}\nold\n{END}\nb", "new") == f"a\n{START}\nnew\n{END}\nb"


@pytest.mark.slow
def test_the_benchmarks_run(tmp_path) -> None:
    out = tmp_path / "bench.json"
    subprocess.run([sys.executable, RUN, "--quick", "--out", out], check=True, capture_output=True)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert all(row["ours"] > 0 and row["other"] > 0 for row in found["rows"])
    assert "| train step, IA3 |" in table(found)
