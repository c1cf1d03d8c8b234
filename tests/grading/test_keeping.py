"""What is kept comes back whole, and what is damaged counts as nothing."""

from pathlib import Path

import pytest

from ia3_teach.grading.keeping import Kept, file_digest, keep, kept
from ia3_teach.grading.marking import Mark

RESULT = Kept("key", {"fold_check": Mark(1.5, 2, ["shown"], ["told"])}, ["a line"], ["why"])


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"marks": 3}', b'{"marks": {"a": {"no": 1}}}', b"\xff"]
)
def test_a_damaged_file_counts_as_none(content, tmp_path: Path) -> None:
    keep(tmp_path, "ann", "first", RESULT)
    (file,) = tmp_path.glob("*.json")
    file.write_bytes(content)
    assert kept(tmp_path, "ann", "first") is None


def test_a_very_large_file_and_a_link_are_not_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(10**11)
    (tmp_path / "link").symlink_to(tmp_path / "sparse")
    assert file_digest(tmp_path / "sparse") == b"100000000000"
    assert file_digest(tmp_path / "link") == file_digest(tmp_path / "none") == b""


@pytest.mark.parametrize("student", ["ann", "Åsa Ödman", "../ann", "a/b", "x" * 300, ""])
def test_any_name_is_kept_and_found_in_the_folder(student, tmp_path: Path) -> None:
    keep(tmp_path / "ps1", student, "first", RESULT)
    assert kept(tmp_path / "ps1", student, "first") == RESULT
    assert kept(tmp_path / "ps1", "somebody else", "first") is None
    assert [path.name for path in tmp_path.iterdir()] == ["ps1"]
