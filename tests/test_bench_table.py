"""The benchmarks run, at a tiny size, and the README shows what was measured. Nothing here is timed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bench.clock import Row
from bench.pages import table as pages_table
from bench.render import END, HEADLINES, README, RESULTS, START, headlines, pages, table
from bench.results import Results

from ia3_teach.course.pages.marks import between

MARKS = (pages_table.START, pages_table.END)
RUN = Path(__file__).parent / "bench" / "run.py"


@pytest.fixture(scope="module")
def results() -> dict:
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def test_both_pages_show_the_measurements(results) -> None:
    for path, text in pages(results).items():
        assert path.read_text(encoding="utf-8") == text, "run python tests/bench/render.py --write"


def test_the_readme_shows_five_rows(results) -> None:
    assert len(HEADLINES) == 5 and headlines(results).count("\n") == 6
    assert headlines(results) in README.read_text(encoding="utf-8")


def test_every_row_is_whole(results) -> None:
    names = {"what", "shape", "against", "ours", "other", "ratio", "unit", "repetitions"}
    for row in results["rows"]:
        assert set(row) == names
        assert row["ratio"] == pytest.approx(row["ours"] / row["other"], rel=2e-3)
    assert set(results["machine"]) >= {"processor", "threads", "date", "torch", "peft"}


def test_a_readme_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the lines"):
        between(START, START, END, "")
    assert between(f"a\n{START}\nold\n{END}\nb", START, END, "new") == f"a\n{START}\nnew\n{END}\nb"


def row(what: str, ours: float = 1.0) -> Row:
    return Row(what, "BERT", "PEFT", ours, 2.0, "s")


HERE = {"processor": "this", "date": "today"}
ALL = ["small", "full"]


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def test_an_interrupted_run_goes_on_and_a_new_one_starts_empty(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    begun = Results(path, HERE, ALL, everything=True)
    begun.add("first", [row("step")])
    assert read(path)["unfinished"] == {"parts": ALL, "done": ["first"]}
    again = Results(path, {**HERE, "date": "tomorrow"}, ALL, everything=True)
    assert again.done == ["first"] and len(again.rows) == 1
    again.add("second", [row("save")])
    again.finish()
    assert set(read(path)) == {"machine", "rows"} and len(read(path)["rows"]) == 2
    assert not Results(path, HERE, ALL, everything=True).rows
    elsewhere = Results(path, {**HERE, "processor": "that"}, ALL, everything=True)
    assert not elsewhere.done and not elsewhere.rows


def test_a_part_alone_replaces_its_own_rows_on_the_same_machine(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    whole = Results(path, HERE, ALL, everything=True)
    whole.add("first", [row("step"), row("save")])
    whole.finish()
    part = Results(path, HERE, ["small"], everything=False)
    part.add("first", [row("step", 1.5)])
    part.finish()
    assert [(found["what"], found["ours"]) for found in read(path)["rows"]] == [("step", 1.5), ("save", 1.0)]
    with pytest.raises(ValueError, match="measured elsewhere"):
        Results(path, {**HERE, "processor": "that"}, ["small"], everything=False)


def test_what_was_measured_in_a_browser_has_its_place_and_a_table(tmp_path: Path, monkeypatch) -> None:
    marked = pages_table.PAGE.read_text(encoding="utf-8")
    if pages_table.RESULTS.exists():
        assert between(marked, *MARKS, pages_table.table()) == marked, "run python tests/bench/pages/run.py"
    numbers = {"median": 31, "ninth_tenth": 80, "number": 9, "load": 0.5}
    seen = [("idle", "explore_dial"), ("busy", "explore_dial"), ("dial", "dial"), ("dial", "model")]
    rows = [{"part": part, "what": what, **numbers} for part, what in seen]
    monkeypatch.setattr(pages_table, "RESULTS", tmp_path / "pages.json")
    machine = {"date": "today", "cores": 2, "processor": "this"}
    (tmp_path / "pages.json").write_text(json.dumps({"machine": machine, "rows": rows}))
    assert "| `explore_dial` | 9 | 31 ms (80) | 31 ms (80) |" in between(marked, *MARKS, pages_table.table())
    assert "| a dial that turns | 31 ms (80) |" in pages_table.table()


@pytest.mark.slow
@pytest.mark.parametrize("parts", [[], ["growth"]], ids=str)
def test_the_benchmarks_run(parts: list[str], tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    chosen = ["--parts", *parts] if parts else []
    done = subprocess.run(
        [sys.executable, RUN, "--quick", "--out", out, *chosen], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = read(out)
    assert all(row["ours"] > 0 and row["other"] > 0 for row in found["rows"]) and "unfinished" not in found
    kept = ("| train step, IA3 |" in table(found), "| peak memory of training, IA3 |" in table(found))
    assert kept == (True, not parts)
