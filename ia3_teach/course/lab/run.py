"""One lesson, top to bottom, unattended, and what it cost."""

import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ia3_teach.course.lab.kernel import LessonFailed, client, explain, read_notebook
from ia3_teach.course.lab.offline_kernel import environment


@dataclass(frozen=True)
class LessonRun:
    """What one lesson cost."""

    lesson: str
    seconds: float
    peak_megabytes: float

    def __str__(self) -> str:
        return f"{self.lesson:<32} {self.seconds:6.1f} s  {self.peak_megabytes:6.0f} MB"


class _Watch:
    """Follows a run from cell to cell: the progress bar, the cell it is at, the memory peak."""

    def __init__(self, notebook: Any, lesson: str, progress: bool) -> None:
        from tqdm import tqdm

        total = sum(cell.cell_type == "code" for cell in notebook.cells)
        self.bar = tqdm(total=total, desc=lesson, unit="cell", leave=False, disable=not progress)
        self.index, self.peak = 0, 0.0
        self.client: Any = None

    def hooks(self) -> dict[str, Any]:
        return {"on_cell_start": self.started, "on_cell_executed": self.executed}

    def started(self, cell: Any, cell_index: int) -> None:
        self.index = cell_index

    def executed(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        self.bar.update(1)
        self.peak = max(self.peak, memory_peak(self.client.km.provisioner.pid))


def run_lesson(path: Path, timeout: int = 300, progress: bool = True) -> LessonRun:
    """Run one notebook in a fresh kernel without a network; the file itself is only read.

    Raises:
        LessonFailed: a cell failed, took longer than `timeout` seconds or ended the kernel.
    """
    notebook = read_notebook(path)
    watch = _Watch(notebook, path.stem, progress)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="lesson-", ignore_cleanup_errors=True) as directory:
        watch.client = client(notebook, Path(directory), timeout, **watch.hooks())
        try:
            watch.client.execute(env=environment(), stderr=subprocess.DEVNULL)
        except Exception as error:
            raise LessonFailed(f"{path.name}, {explain(error, notebook, watch.index)}") from error
        finally:
            watch.bar.close()
    return LessonRun(path.stem, round(time.perf_counter() - start, 1), watch.peak)


def memory_peak(pid: int) -> float:
    """The most memory (MB) a process has held; where the system keeps no peak, what it holds.

    A process that has ended counts 0.
    """
    import psutil

    try:
        memory = psutil.Process(pid).memory_info()
        if not (status := Path(f"/proc/{pid}/status")).exists():
            return getattr(memory, "peak_wset", memory.rss) / 2**20
        (line,) = (row for row in status.read_text().splitlines() if row.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    except (psutil.Error, OSError, ValueError):
        return 0.0
