"""Where the course's JupyterLab keeps its settings and state: in the learner's own folder, nowhere else."""

import os
from contextlib import suppress
from pathlib import Path

from ia3_teach.storage.plain_files import read_text

STATE = ".jupyter"  # hidden, and so never listed or served
# What else of the user's a kernel would follow: how pictures come out, and a file that is run at its start.
TASTES = ("MPLBACKEND", "MATPLOTLIBRC", "PYTHONSTARTUP")


def own_environment(directory: Path) -> dict[str, str]:
    """This process's variables, with all of Jupyter's replaced: the user's own configuration has no say.

    No file of configuration is read at all, not the machine's either; settings made in the page, the
    signatures of notebooks and what belongs to a running server lie in `directory/.jupyter`. So does what
    IPython keeps, and matplotlib's fonts where the home folder cannot be written.
    """
    state = directory.resolve() / STATE
    kept = {
        key: value for key, value in os.environ.items() if key not in TASTES and not key.startswith("JUPYTER")
    }
    own = {
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_DATA_DIR": str(state / "data"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
        "IPYTHONDIR": str(state / "ipython"),
    }
    if not os.access(Path.home(), os.W_OK):
        own.setdefault("MPLCONFIGDIR", str(state / "matplotlib"))
    return kept | own


def make_state(directory: Path) -> Path:
    """The folder of the state, which only its owner may look into: a running server's token lies there."""
    state = directory / STATE
    state.mkdir(mode=0o700, exist_ok=True)
    for name in ("data", "runtime", "settings", "workspaces", "ipython"):
        (state / name).mkdir(mode=0o700, exist_ok=True)
    return state


def sign_empty(directory: Path) -> None:
    """Mark every notebook without outputs as trusted: it holds nothing that could run by itself.

    That is how the lessons are laid out, so that JupyterLab opens them without a warning.
    """
    import nbformat
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary(data_dir=str(make_state(directory) / "data"))
    try:
        for path in sorted(directory.glob("*.ipynb")):
            # a torn one is told of on opening
            with suppress(ValueError, RecursionError, nbformat.ValidationError):
                notebook = nbformat.reads(read_text(path), as_version=4)
                if not any(cell.get("outputs") for cell in notebook.cells):
                    notary.sign(notebook)
    finally:
        notary.store.close()
