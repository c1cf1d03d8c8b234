"""For authors: run a lesson and keep its outputs, so that a second time changes nothing."""

import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ia3_teach.course.lab.kernel import LessonFailed, client, explain, read_notebook
from ia3_teach.course.lab.offline_kernel import environment
from ia3_teach.storage.atomic import replacing
from ia3_teach.training.bars import GONE

_BAR = re.compile(r"\d+%\|")  # a tqdm line
_WIDGET = "application/vnd.jupyter.widget-view+json"
_KEPT = {"tags", "nbgrader", "jupyter"}


def execute(path: Path, timeout: int = 300) -> None:
    """Execute a notebook in place; a failing one is left as it was.

    Raises:
        LessonFailed: a cell failed, took longer than `timeout` seconds or ended the kernel.
    """
    notebook, at = read_notebook(path), [0]

    def started(cell: Any, cell_index: int) -> None:
        at[0] = cell_index

    with tempfile.TemporaryDirectory(prefix="lesson-", ignore_cleanup_errors=True) as directory:
        runner = client(notebook, Path(directory), timeout, on_cell_start=started)
        try:
            runner.execute(env=environment(), stderr=subprocess.DEVNULL)
        except Exception as error:
            raise LessonFailed(f"{path.name}, {explain(error, notebook, at[0])}") from error
    write(normalised(notebook), path)


def normalised(notebook: Any) -> Any:
    """Drop what differs from one run or one machine to the next; keep ids, tags and outputs."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in sorted(_KEPT & set(cell.metadata))}
        if cell.cell_type == "code":
            cell.outputs = _joined(output for output in map(_plain, cell.outputs) if output is not None)
    return notebook


def _joined(outputs: Iterable[Any]) -> list[Any]:
    """Pieces of one stream as one output: where a stream is cut depends on the machine's load."""
    kept: list[Any] = []
    for output in outputs:
        if kept and output.output_type == "stream" and output.get("name") == kept[-1].get("name"):
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def _plain(output: Any) -> Any:
    """An output without its widget number; None for a bar on stderr, nothing on it, or a bar that is gone."""
    if output.output_type == "stream" and output.name == "stderr":
        return None if _BAR.search(output.text) or not output.text.strip() else output
    if output.get("data") == {"text/html": GONE}:
        return None
    output.get("data", {}).pop(_WIDGET, None)
    return output


def write(notebook: Any, path: Path) -> None:
    """Write the whole notebook or nothing."""
    import nbformat

    with replacing(path) as beside:
        nbformat.write(notebook, beside)
