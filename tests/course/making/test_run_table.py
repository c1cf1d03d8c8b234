"""The growing table: cut lines, a second writer, a folder that cannot be written, rows from before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pretend_runs import pretended

from ia3_teach.course.making.run_table import opened
from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped.results import Run, append, read_runs

RUNS = [pretended(Run("plan", "tiny-bert", "head", 32, seed, 0.01)) for seed in range(4)]
HOLD = """
import sys
from pathlib import Path
from ia3_teach.course.making.run_table import opened
with opened(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results" / "runs.csv"


def filled(path: Path, runs: list[TracedRun]) -> None:
    with opened(path) as table:
        for run in runs:
            table.add(run)


def test_a_line_cut_anywhere_is_left_out_and_the_run_is_made_again(path: Path) -> None:
    filled(path, RUNS)
    whole = path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    for cut in [*range(2, 10), *range(10, len(last), 15)]:  # 1 would cut the line's end alone
        path.write_bytes(whole[:-cut])
        with opened(path) as table:
            assert [run for run in RUNS if run.key not in table.done] == RUNS[-1:]
            table.add(RUNS[-1])
        assert path.read_bytes() == whole


def test_a_second_process_is_refused_while_the_first_writes(path: Path) -> None:
    holding = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holding.stdout.readline() == "held\n"
        with pytest.raises(ValueError, match="another process is writing to .*--processes"):
            filled(path, RUNS)
        assert not path.exists()
    finally:
        holding.kill()
        holding.communicate()
    filled(path, RUNS)  # a lock ends with the process, whatever ended it
    assert read_runs(path, TracedRun) == RUNS


def test_a_read_only_folder_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ValueError, match="is read-only.*IA3_TEACH_DATA"):
        filled(path, RUNS)
    assert not path.exists()


def test_a_run_is_never_kept_twice(path: Path) -> None:
    with pytest.raises(ValueError, match="has this run already"):
        filled(path, [RUNS[0], RUNS[0]])
    assert read_runs(path, TracedRun) == RUNS[:1]


def test_rows_from_before_there_was_provenance_stay_and_say_unknown(path: Path) -> None:
    old = [Run(*run.cell, run.seed, run.learning_rate).with_results(0.5, 0.25, 1.0) for run in RUNS[:2]]
    for run in old:
        append(path, run)
    filled(path, RUNS[2:])
    kept = read_runs(path, TracedRun)
    assert [run.commit for run in kept[:2]] == ["unknown"] * 2 and kept[2:] == RUNS[2:]
    assert read_runs(path)[:2] == old


def test_a_table_to_which_nothing_is_added_stays_as_it_is(path: Path) -> None:
    append(path, Run("plan", "tiny-bert", "head", 32, 0, 0.01).with_results(0.5, 0.25, 1.0))
    before = path.read_bytes()
    filled(path, [])
    assert path.read_bytes() == before


def test_the_order_of_arrival_does_not_show(path: Path, tmp_path: Path) -> None:
    filled(path, RUNS)
    filled(tmp_path / "other" / "runs.csv", RUNS[::-1])
    assert (tmp_path / "other" / "runs.csv").read_bytes() == path.read_bytes()
