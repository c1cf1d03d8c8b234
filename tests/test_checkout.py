"""A clone has the bytes that were committed, whatever git is told about line ends."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HASHED = ["data/MANIFEST.json", "data/models/tiny-bloom/tokenizer.json", "data/tasks/sentiment/test.jsonl"]
EXECUTED = ["Makefile", ".ci/run", "setup_env.py"]
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(*words: object) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    subprocess.run(["git", *who, *map(str, words)], check=True, capture_output=True)


@pytest.mark.parametrize("setting", ["core.autocrlf=true", "core.eol=crlf"])
def test_no_setting_of_git_changes_a_byte_of_what_is_hashed_or_run(setting: str, tmp_path: Path) -> None:
    source, clone = tmp_path / "source", tmp_path / "clone"
    for name in (".gitattributes", *HASHED, *EXECUTED):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    git("init", "-q", source)
    git("-C", source, "add", ".")
    git("-C", source, "commit", "-qm", "All")
    git("-c", setting, "clone", "-q", source, clone)
    for name in (*HASHED, *EXECUTED):
        assert (clone / name).read_bytes() == (ROOT / name).read_bytes(), name
