"""All lessons: a line for each in order, alone or several at once; one that fails ends those behind it."""

import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import interruptible
import psutil
import pytest
from notebook_files import lesson

from ia3_teach.course.lab.kernel import LessonFailed
from ia3_teach.course.lab.together import run_all

LONG = "open('begun', 'w').close()\nimport time\ntime.sleep(60)"


@pytest.fixture
def temporary(monkeypatch):
    """Where the kernels of this test work, by a short name: that of a socket has 107 letters at most."""
    with tempfile.TemporaryDirectory(prefix="t-", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


def test_a_run_stops_at_the_first_failure_after_a_line_for_each_lesson(tmp_path, capsys):
    paths = [lesson(tmp_path, "00_fine", "x = 1"), lesson(tmp_path, "01_bad", "1 / 0")]
    paths.append(lesson(tmp_path, "02_never", "open('reached', 'w')"))
    with pytest.raises(LessonFailed, match="01_bad.ipynb, cell 2"):
        run_all(paths)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split()[0] == "00_fine" and line.split()[2] == "s" and line.split()[-1] == "MB"


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_lines_come_in_the_order_of_the_lessons_whoever_is_first(tmp_path, capsys, processes):
    sleeps = {"00_slow": 2, "01_quick": 0, "02_quick": 0}
    paths = [lesson(tmp_path, name, f"import time\ntime.sleep({s})") for name, s in sleeps.items()]
    done = run_all(paths, processes=processes)
    assert [run.lesson for run in done] == list(sleeps)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [*sleeps, "3"]


def test_lessons_beside_each_other_share_the_cores(tmp_path):
    source = f"import os\nassert os.environ['OMP_NUM_THREADS'] == '{max(1, os.cpu_count() // 2)}'"
    run_all([lesson(tmp_path, "00_a", source), lesson(tmp_path, "01_b", source)], processes=2)


def test_those_before_a_failure_are_told_though_they_end_after_it(tmp_path, capsys):
    paths = [lesson(tmp_path, "00_slow", "import time; time.sleep(4)"), lesson(tmp_path, "01_fails", "1 / 0")]
    paths.append(lesson(tmp_path, "02_never", "raise RuntimeError"))
    with pytest.raises(LessonFailed, match="01_fails"):
        run_all(paths, processes=2)
    (told,) = capsys.readouterr().out.splitlines()
    assert told.startswith("00_slow")


def test_a_failure_ends_the_lessons_behind_it(tmp_path, temporary):
    paths = [lesson(tmp_path, "00_bad", "1 / 0"), lesson(tmp_path, "01_long", LONG)]
    with pytest.raises(LessonFailed, match="00_bad.ipynb, cell 2 .*ZeroDivisionError"):
        run_all(paths, processes=2)
    assert not list(running_kernels())
    assert not list(temporary.rglob("begun"))


def test_a_process_that_dies_is_named(tmp_path):
    source = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
    paths = [lesson(tmp_path, "00_kills", source), lesson(tmp_path, "01_fine", "x = 1")]
    with pytest.raises(LessonFailed, match="00_kills.ipynb: the process that ran it ended"):
        run_all(paths, processes=2)


def running_kernels():
    """Kernels that this process began, or that its children did."""
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "offline_kernel" in " ".join(each.cmdline()):
                yield each


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "told to end"])
def test_a_signal_stops_all_of_them(number, tmp_path, temporary):
    """Sent to the one who began them alone, as a task manager does."""
    for name in ("00_long", "01_long"):
        lesson(tmp_path, name, LONG)
    words = interruptible.verb("run", "--processes", "2", "--notebooks", str(tmp_path))
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if len(list(temporary.rglob("begun"))) == 2:
            break
        time.sleep(0.1)
    below = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130 and said.rstrip().endswith("Stopped."), said
    assert "Traceback" not in said and "Error" not in said, said
    psutil.wait_procs(below, timeout=10)
    assert not [each for each in below if each.is_running()]
