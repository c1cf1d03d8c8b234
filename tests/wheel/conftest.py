"""A wheel of this repository, an environment that has nothing else of it, and commands that run there."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import empty_environment
import pytest
from repository_copy import built, copied


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """Made from the sdist, which was made from the repository."""
    if os.name != "posix" or shutil.which("git") is None:
        pytest.skip("needs git, and a POSIX system")
    return built(copied(tmp_path_factory.mktemp("source") / "ä copy"))


@pytest.fixture(scope="session")
def environment(wheel, tmp_path_factory) -> Path:
    """An empty environment into which pip has put the wheel."""
    folder = empty_environment.make(tmp_path_factory.mktemp("environment") / "venv")
    empty_environment.pip(folder, "install", "--no-deps", "--no-index", "--ignore-installed", wheel)
    return folder


@pytest.fixture
def start(environment, tmp_path) -> Callable[..., subprocess.Popen]:
    """Starts a command of the environment in a folder of its own, the only one that it can write into."""
    walls = empty_environment.walls(environment, tmp_path)

    def started(*words: object) -> subprocess.Popen:
        command = [*walls, environment / "bin" / words[0], *words[1:]]
        return subprocess.Popen(
            list(map(str, command)),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=empty_environment.variables(tmp_path),
            start_new_session=True,
        )

    return started


@pytest.fixture
def said(start) -> Callable[..., str]:
    """What a command says; it must end well."""

    def output(*words: object) -> str:
        process = start(*words)
        out, error = process.communicate(timeout=240)
        assert process.returncode == 0, out + error
        return out

    return output
