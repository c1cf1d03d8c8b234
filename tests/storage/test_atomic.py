"""A file is replaced as a whole, or not at all."""

import os
import signal
from pathlib import Path

import pytest

from ia3_teach.storage.atomic import replacing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "table.json"
    path.write_text("old")
    return path


def test_the_new_content_comes_all_at_once(path: Path) -> None:
    with replacing(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old" and beside.parent == path.parent
    assert path.read_text() == "new" and list(path.parent.iterdir()) == [path]


def test_a_file_that_was_not_there_before(tmp_path: Path) -> None:
    with replacing(tmp_path / "first") as beside:
        beside.write_bytes(b"1")
    assert (tmp_path / "first").read_bytes() == b"1"


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_exception_leaves_the_old_file_and_nothing_else(path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), replacing(path) as beside:
        beside.write_text("half")
        raise error
    assert path.read_text() == "old" and list(path.parent.iterdir()) == [path]


def test_nothing_written_is_an_error_and_leaves_the_old_file(path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(path):
        pass
    assert path.read_text() == "old"


def test_a_kill_leaves_the_old_file(path: Path) -> None:
    child = os.fork()
    if child == 0:
        with replacing(path) as beside:
            beside.write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert path.read_text() == "old"
    with replacing(path) as beside:
        beside.write_text("new")
    assert path.read_text() == "new"
