"""A clone has the bytes that were committed, whatever git is told about line ends."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HASHED = ["data/MANIFEST.json", "data/models/tiny-bloom/tokenizer.json", "data/tasks/sentiment/test.jsonl"]
EXECUTED = ["Makefile", ".ci/run", ".ci/programs", ".ci/packages", "setup_env.py"]
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(*words: object) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    subprocess.run(["git", *who, *map(str, words)], check=True, capture_output=True)


def source_of(tmp_path: Path) -> Path:
    """A small repository with the attributes of this one."""
    source = tmp_path / "source"
    for name in (".gitattributes", *HASHED, *EXECUTED):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    git("init", "-q", source)
    git("-C", source, "add", ".")
    git("-C", source, "commit", "-qm", "All")
    return source


@pytest.mark.parametrize("setting", ["core.autocrlf=true", "core.eol=crlf"])
def test_no_setting_of_git_changes_a_byte_of_what_is_hashed_or_run(setting: str, tmp_path: Path) -> None:
    source, clone = source_of(tmp_path), tmp_path / "clone"
    git("-c", setting, "clone", "-q", source, clone)
    for name in (*HASHED, *EXECUTED):
        assert (clone / name).read_bytes() == (ROOT / name).read_bytes(), name


OWN = {
    "line ends": "* text eol=crlf",
    "a filter": "* filter=spoil",
    "an encoding": "* working-tree-encoding=UTF-16",
    "numbers of versions": "* ident",
}


@pytest.mark.parametrize("kind", OWN)
def test_no_attribute_of_a_users_own_changes_a_byte_of_what_is_hashed(kind: str, tmp_path: Path) -> None:
    source, clone, own = source_of(tmp_path), tmp_path / "clone", tmp_path / "attributes"
    own.write_text(OWN[kind] + "\n")
    settings = ["-c", f"core.attributesFile={own}", "-c", "filter.spoil.smudge=tr a b"]
    git(*settings, "clone", "-q", source, clone)
    for name in HASHED:
        assert (clone / name).read_bytes() == (ROOT / name).read_bytes(), name


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_an_archive_has_the_bytes_too(kind: str, tmp_path: Path) -> None:
    source, archive = source_of(tmp_path), tmp_path / f"archive.{kind}"
    git("-C", source, "-c", "core.autocrlf=true", "archive", "-o", archive, "HEAD")
    shutil.unpack_archive(archive, tmp_path / "unpacked")
    for name in (*HASHED, *EXECUTED):
        assert (tmp_path / "unpacked" / name).read_bytes() == (ROOT / name).read_bytes(), name


def test_the_advice_for_changed_line_ends_cures_them(tmp_path: Path) -> None:
    """Remove the file, then git checkout -- data: also where git is told to write other line ends."""
    source, clone = source_of(tmp_path), tmp_path / "clone"
    git("-c", "core.autocrlf=true", "clone", "-q", source, clone)
    spoiled = clone / HASHED[2]
    spoiled.write_bytes(spoiled.read_bytes().replace(b"\n", b"\r\n"))
    spoiled.unlink()
    git("-C", clone, "-c", "core.autocrlf=true", "checkout", "--", "data")
    assert spoiled.read_bytes() == (ROOT / HASHED[2]).read_bytes()


def test_every_name_can_be_had_on_every_system() -> None:
    """Windows and macOS tell no capitals apart, Windows lacks some signs and names, and long paths."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a clone, whose names git can list")
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True).stdout
    names = listed.decode().split("\0")[:-1]
    assert len({name.casefold() for name in names}) == len(names)
    wrong = re.compile(r'[<>:"\\|?*\x00-\x1f]|[. ](/|$)|(^|/)(con|aux|nul|prn|com\d|lpt\d)(\.|/|$)', re.I)
    assert not [name for name in names if wrong.search(name) or len(name) > 120 or not name.isascii()]
