"""Who does the runs: what cannot be had is refused, and a real cluster loses a worker without a trace."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pretend_runs import bare, pretended, slowly, until, worked

from ia3_teach.course.making import crews, experiments
from ia3_teach.course.making.crews import crew
from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped.results import read_runs


@pytest.mark.parametrize("processes", [0, -1])
def test_a_crew_of_nobody_is_refused(processes: int) -> None:
    with pytest.raises(ValueError, match=f"at least 1; found {processes}"):
        crew(processes).__enter__()


def test_processes_and_a_scheduler_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="not both"):
        crew(2, "tcp://127.0.0.1:1").__enter__()


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"\[cluster\]"):
        crew(scheduler="tcp://127.0.0.1:1").__enter__()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://here"])
def test_a_scheduler_that_is_not_there_is_named_and_nothing_is_written(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="needs Dask (the extra `cluster`)")
    monkeypatch.setattr(crews, "PATIENCE", 1)
    with pytest.raises(ValueError, match=f"no scheduler answers at '{address}'.*dask scheduler"):
        experiments.run(tmp_path, scheduler=address)
    assert not list(tmp_path.iterdir())


class Cluster:
    """A scheduler and workers on this machine, as processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.where, self.log, self.processes = folder / "scheduler.json", folder / "log", []
        self.begin("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file")
        until(self.where.exists)

    def begin(self, *words: str) -> subprocess.Popen:
        """One of Dask's programs."""
        command = [sys.executable, "-m", "dask", *words, str(self.where)]
        with self.log.open("a") as log:
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log))
        return self.processes[-1]

    def worker(self) -> subprocess.Popen:
        """A worker without a nanny, which would begin it again."""
        return self.begin("worker", "--no-nanny", "--nthreads", "1", "--no-dashboard", "--scheduler-file")

    def address(self) -> str:
        """Where the scheduler listens."""
        return json.loads(self.where.read_text())["address"]


@pytest.fixture
def cluster(importable, tmp_path: Path):
    pytest.importorskip("distributed", reason="needs Dask (the extra `cluster`)")
    (tmp_path / "cluster").mkdir()
    found = Cluster(tmp_path / "cluster")
    yield found
    for process in found.processes:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_in_the_middle_gives_the_table_of_one_process(
    cluster: Cluster, tmp_path: Path
) -> None:
    serial = worked(tmp_path / "serial" / "runs.csv", pretended)
    path, workers = tmp_path / "runs.csv", [cluster.worker(), cluster.worker()]
    killed: list[int] = []

    def watching(table_path: Path) -> None:
        until(lambda: {str(worker.pid) for worker in workers} <= machines(table_path))
        workers[0].send_signal(signal.SIGKILL)
        killed.append(len(read_runs(table_path, TracedRun)))

    watcher = threading.Thread(target=watching, args=(path,))
    watcher.start()
    found = worked(path, slowly, scheduler=cluster.address())
    watcher.join()
    assert killed and killed[0] < len(found), "the worker was to die in the middle"
    assert [bare(run) for run in found] == [bare(run) for run in serial]
    assert len({run.key for run in found}) == len(found)
    assert {str(worker.pid) for worker in workers} == machines(path)


def machines(path: Path) -> set[str]:
    """The processes that made the runs of a table, whether or not it is being replaced."""
    return {run.machine for run in read_runs(path, TracedRun)}
