"""One notebook, one fresh kernel: what `run` and `execute` share."""

from pathlib import Path
from typing import Any

from ia3_teach.course.shipped.paths import course_root
from ia3_teach.storage.plain_files import read_text


class LessonError(ValueError):
    """The lessons asked for are not there."""


class LessonFailed(LessonError):
    """A lesson stopped; the message names the lesson, the cell and the error."""

    exit_status = 1


def notebooks_directory() -> Path:
    """The solved lessons, of the clone or of the installed package."""
    return course_root() / "notebooks"


def lessons(directory: Path, chosen: list[str] | None = None) -> list[Path]:
    """The lessons of a directory in their order, or those whose names begin as asked.

    Raises:
        LessonError: there is no such directory, no lesson in it, or none that begins so.
    """
    if not directory.is_dir():
        raise LessonError(f"no directory {directory}; name one that holds lessons (*.ipynb)")
    found = sorted(directory.glob("*.ipynb"))
    if not found:
        raise LessonError(f"no lessons (*.ipynb) in {directory}")
    if not chosen:
        return found
    for start in chosen:
        if not any(path.name.startswith(start) for path in found):
            names = ", ".join(path.stem for path in found)
            raise LessonError(f"no lesson begins with {start!r}; there are: {names}")
    return [path for path in found if path.name.startswith(tuple(chosen))]


def read_notebook(path: Path) -> Any:
    """A notebook from its file.

    Raises:
        LessonError: the file is no notebook.
    """
    import nbformat

    try:
        return nbformat.reads(read_text(path), as_version=4)
    except (ValueError, RecursionError, nbformat.ValidationError) as error:
        raise LessonError(f"{path.name} cannot be read as a notebook: {error}") from error


def client(notebook: Any, directory: Path, timeout: int, **hooks: Any) -> Any:
    """A client that works in `directory`, ends at Ctrl-C, lets no cell take longer than `timeout` seconds,
    refuses the network to the kernel, and puts nothing into the notebook but outputs.
    """
    from traitlets.config import Config

    from ia3_teach.course.lab.stoppable import StoppableClient

    return StoppableClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(directory)}},
        kernel_manager_class="ia3_teach.course.lab.offline_kernel.OfflineKernelManager",
        record_timing=False,
        store_widget_state=False,
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
        **hooks,
    )


def explain(error: Exception, notebook: Any, index: int) -> str:
    """Cell number, last line of the error, and how the cell begins."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    cell = notebook.cells[index]
    nth = sum(c.cell_type == "code" for c in notebook.cells[: index + 1])
    if isinstance(error, CellTimeoutError):
        said = "took longer than the time limit"
    elif isinstance(error, DeadKernelError):
        said = "ended its kernel (out of memory?)"
    else:
        said = f"{getattr(error, 'ename', type(error).__name__)}: {getattr(error, 'evalue', error)}"
    head = "\n".join(f"    | {line}" for line in cell.source.splitlines()[:5])
    return f"cell {index + 1} (code cell {nth}): {said}\n{head}"
