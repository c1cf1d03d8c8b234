"""A file is replaced as a whole, or not at all."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
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
        assert path.read_text() == "old" and beside != path
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


def killed_while_writing(path: Path) -> None:
    child = os.fork()
    if child == 0:
        with replacing(path) as beside:
            beside.write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_a_kill_leaves_the_old_file_and_nothing_for_long(path: Path) -> None:
    killed_while_writing(path)
    assert path.read_text() == "old" and len(list(path.parent.iterdir())) == 2
    with replacing(path) as beside:
        beside.write_text("new")
    assert path.read_text() == "new" and list(path.parent.iterdir()) == [path]


def test_what_a_living_writer_holds_is_not_swept(path: Path) -> None:
    with replacing(path) as slow:
        slow.write_text("slow")
        with replacing(path) as quick:
            quick.write_text("quick")
        assert path.read_text() == "quick" and slow.read_text() == "slow"
    assert path.read_text() == "slow" and list(path.parent.iterdir()) == [path]


def test_files_of_others_are_not_swept(path: Path) -> None:
    mine = [path.parent / name for name in (".other.json.x.part", "table.json.part", ".table.json.txt")]
    for each in mine:
        each.write_text("mine")
    with replacing(path) as beside:
        beside.write_text("new")
    assert all(each.read_text() == "mine" for each in mine)


def test_threads_do_not_tear_each_others_file(path: Path) -> None:
    contents = [letter * 100_000 for letter in "abcdefgh"]

    def write(content: str) -> None:
        for _ in range(5):
            with replacing(path) as beside:
                beside.write_text(content)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, contents))
    assert path.read_text() in contents and list(path.parent.iterdir()) == [path]


def test_a_link_is_never_written_through(path: Path) -> None:
    """Neither one at the place itself nor one laid where something temporary once was."""
    victim = path.parent / "victim"
    victim.write_text("mine")
    path.unlink()
    path.symlink_to(victim)
    (path.parent / f".{path.name}.{os.getpid()}.part").symlink_to(victim)
    with replacing(path) as beside:
        beside.write_text("new")
    assert victim.read_text() == "mine" and path.read_text() == "new" and not path.is_symlink()


def test_nobody_else_can_enter_where_it_is_written_and_the_result_is_an_ordinary_file(path: Path) -> None:
    ordinary = path.parent / "ordinary"
    ordinary.write_text("")
    with replacing(path) as beside:
        beside.write_text("new")
        assert beside.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode == ordinary.stat().st_mode
