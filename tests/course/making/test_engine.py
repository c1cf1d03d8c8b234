"""The engine over processes: workers that die, runs that fail, and always the same table."""

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from pretend_runs import PART, bare, dying, dying_once, pretended, until, worked

from ia3_teach.course.making import grid, measuring
from ia3_teach.course.making.methods import METHODS
from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped.results import read_runs

pytestmark = pytest.mark.usefixtures("importable")
GO = """
import sys
from pathlib import Path
from pretend_runs import slowly, worked
if __name__ == "__main__":
    worked(Path(sys.argv[1]), slowly, processes=2)
"""


def test_workers_that_only_die_end_in_words(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="workers died 3 times .* memory is short"):
        worked(tmp_path / "runs.csv", dying, processes=2)


def test_a_worker_that_dies_costs_no_run_and_doubles_none(tmp_path: Path, monkeypatch) -> None:
    serial = worked(tmp_path / "serial" / "runs.csv", pretended)
    monkeypatch.setenv("PRETEND_MARK", str(tmp_path / "mark"))
    found = worked(tmp_path / "runs.csv", dying_once, processes=2)
    assert (tmp_path / "mark").exists()
    assert [bare(run) for run in found] == [bare(run) for run in serial]


def test_a_run_that_fails_stops_the_work_and_what_was_done_stays(tmp_path: Path) -> None:
    def failing(run):
        if run.seed == 1:
            raise RuntimeError("no such weight")
        return pretended(run)

    with pytest.raises(RuntimeError, match="no such weight") as failed:
        worked(tmp_path / "runs.csv", failing)
    assert "seed=1" in failed.value.__notes__[0]
    kept = read_runs(tmp_path / "runs.csv", TracedRun)
    assert kept and {run.seed for run in kept} == {0}


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_a_killed_engine_takes_its_workers_along_and_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    (tmp_path / "go.py").write_text(GO)
    engine = subprocess.Popen([sys.executable, str(tmp_path / "go.py"), str(path)])
    until(lambda: len(read_runs(path, TracedRun)) >= 3)
    workers = psutil.Process(engine.pid).children(recursive=True)
    engine.send_signal(signal.SIGKILL)
    engine.wait()
    until(lambda: not any(worker.is_running() and worker.status() != "zombie" for worker in workers))
    made: list = []
    found = worked(path, lambda run: made.append(run) or pretended(run))
    serial = worked(tmp_path / "serial" / "runs.csv", pretended)
    assert 0 < len(made) <= len(serial) - 3
    assert [bare(run) for run in found] == [bare(run) for run in serial]


@pytest.mark.slow
def test_real_runs_are_the_same_in_one_process_and_in_two(tmp_path: Path, monkeypatch) -> None:
    few = replace(METHODS["tiny-bert"]["head"], learning_rates=(3e-3, 1e-2))
    monkeypatch.setitem(METHODS["tiny-bert"], "head", few)
    monkeypatch.setattr(grid, "SEEDS", range(3))  # two rates, then two seeds: both rounds
    monkeypatch.setitem(PART, "method", ["head"])
    serial = worked(tmp_path / "serial" / "runs.csv", measuring.traced)
    found = worked(tmp_path / "runs.csv", measuring.traced, processes=2)
    assert [bare(run) for run in found] == [bare(run) for run in serial]
    assert len(found) == 4 and {run.machine for run in found} == {measuring.provenance()["machine"]}
