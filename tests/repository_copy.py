"""Copies of the repository, and the wheels that are built from them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def tracked() -> list[str]:
    """The files of the repository, those that are about to be committed too."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("needs a clone: git lists no files here")
    return sorted(name for name in done.stdout.split("\0") if name and (ROOT / name).is_file())


def copied(target: Path) -> Path:
    """Its files, with other times and rights than they have here."""
    for name in tracked():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
        (target / name).chmod(0o600)
    return target


def built(source: Path, *words: str) -> Path:
    """The one wheel that `python -m build` makes there, without a compiler."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", source / "out", *words, source]
    variables = {**os.environ, "CC": "false", "CXX": "false"}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=variables)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    (wheel,) = (source / "out").glob("*.whl")
    return wheel
