"""Every lesson, several at once, each run by a process of its own: `python -m ia3_teach run`."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from ia3_teach.course.lab.kernel import LessonFailed
from ia3_teach.course.lab.run import LessonRun, run_lesson

MOST = 4  # more would want more memory than a laptop has: a lesson takes up to 1 GB
PATIENCE = 10  # seconds to end a kernel in
_AFRESH = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork


def default_processes() -> int:
    """One for each core, up to a laptop's memory."""
    return min(os.cpu_count() or 1, MOST)


def run_all(paths: list[Path], timeout: int = 300, processes: int = 1) -> list[LessonRun]:
    """Run lessons, `processes` at a time, print a line for each in their order, and one for all.

    Raises:
        LessonFailed: from the first lesson that does not finish.
    """
    start, done = time.perf_counter(), []
    for run in run_together(paths, timeout, processes) if processes > 1 else one_by_one(paths, timeout):
        print(run, flush=True)
        done.append(run)
    seconds, peak = time.perf_counter() - start, max(run.peak_megabytes for run in done)
    print(LessonRun(f"{len(done)} lesson{'s' * (len(done) != 1)}", seconds, peak))
    return done


def one_by_one(paths: list[Path], timeout: int) -> Iterator[LessonRun]:
    """What each lesson costs with the whole machine to itself, and a bar for its cells."""
    return (run_lesson(path, timeout) for path in paths)


def run_together(paths: list[Path], timeout: int, processes: int) -> Iterator[LessonRun]:
    """Run lessons, `processes` at a time, and yield what each cost, in the order of the lessons.

    Raises:
        LessonFailed: from the first that does not finish, once those before it have come to their end; those
            behind it are ended.
    """
    from tqdm import tqdm

    threads = max(1, (os.cpu_count() or 1) // processes)
    waiting, told = list(paths), 0
    done: dict[Path, LessonRun | Exception] = {}
    under_way: dict[Connection, tuple[Path, BaseProcess]] = {}
    bar = tqdm(total=len(paths), unit="lesson", leave=False)
    try:
        while told < len(paths):
            while waiting and len(under_way) < processes:
                _begin(waiting.pop(0), timeout, threads, under_way)
            bar.set_postfix_str(", ".join(path.stem[:2] for path, _ in under_way.values()))
            for pipe in wait(list(under_way)):
                path, process = under_way.pop(pipe)
                done[path] = _result(pipe, path)
                process.join()
                bar.update()
                if isinstance(done[path], Exception):
                    waiting.clear()
            while told < len(paths) and paths[told] in done:
                bar.clear()
                yield _fine(done[paths[told]])
                told += 1
    finally:
        bar.close()
        for _, process in under_way.values():
            _end(process)


def _begin(path: Path, timeout: int, threads: int, under_way: dict) -> None:
    ours, theirs = _AFRESH.Pipe(duplex=False)
    process = _AFRESH.Process(target=_run, args=(path, timeout, threads, theirs), name=path.stem)
    process.start()
    theirs.close()  # so that a process that dies is the end of the pipe
    under_way[ours] = path, process


def _run(path: Path, timeout: int, threads: int, pipe: Connection) -> None:
    """In a process of its own: run one lesson, with its part of the cores, and send what came of it."""
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    try:
        pipe.send(run_lesson(path, timeout, progress=False))
    except KeyboardInterrupt:
        pass  # who began it says so
    except Exception as error:
        pipe.send(error)


def _result(pipe: Connection, path: Path) -> LessonRun | Exception:
    try:
        return pipe.recv()
    except EOFError:
        return LessonFailed(f"{path.name}: the process that ran it ended (out of memory?)")


def _fine(result: LessonRun | Exception) -> LessonRun:
    if isinstance(result, Exception):
        raise result
    return result


def _end(process: BaseProcess) -> None:
    """As Ctrl-C does, so that it ends its kernel; without mercy where that takes too long."""
    if process.is_alive() and os.name == "posix":
        os.kill(process.pid, signal.SIGINT)
        process.join(PATIENCE)
    process.kill()
    process.join()
