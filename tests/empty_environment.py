"""An environment in which nothing of the clone can be imported, and walls around what runs there."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path


def make(folder: Path) -> Path:
    """An environment that finds what the course stands on where this one has it: nothing is fetched.

    A line in a .pth file is a path and no more: what an editable installation put there is not followed.
    """
    venv.create(folder, symlinks=True)
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages(folder) / "rest.pth").write_text("\n".join(sorted(here)) + "\n")
    (folder / "share").mkdir(exist_ok=True)
    (folder / "share" / "jupyter").symlink_to(Path(sys.prefix, "share", "jupyter"))
    return folder


def packages(folder: Path) -> Path:
    """Where packages are installed in the environment."""
    return next(folder.glob("lib/python*/site-packages"))


def pip(folder: Path, *words: object) -> None:
    """Run pip in the environment."""
    command = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", *words]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd=folder, env=variables(folder.parent)
    )
    assert done.returncode == 0, done.stderr


def variables(home: Path) -> dict[str, str]:
    """This process's variables with another home, and nothing that leads to the clone or to a screen."""
    dropped = ("PYTHON", "IA3_TEACH", "DISPLAY", "WAYLAND_DISPLAY")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | {"HOME": str(home)}


def walls(folder: Path, work: Path) -> list[str]:
    """What to put before a command so that it can write into `work` only; nothing where that cannot be."""
    prefix = ["bwrap", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    prefix += ["--tmpfs", "/tmp"]  # a place for temporary files, as everybody has
    for path in (sys.base_prefix, sys.prefix, folder):
        prefix += ["--ro-bind", path, path]
    prefix = [str(word) for word in (*prefix, "--bind", work, work, "--chdir", work)]
    if shutil.which("bwrap") is None or subprocess.run([*prefix, "true"], capture_output=True).returncode:
        return []
    return prefix
