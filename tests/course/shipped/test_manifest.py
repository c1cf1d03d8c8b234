"""A changed, truncated, missing or foreign file is an error that names it."""

import json
import os
import shutil
import socket
from pathlib import Path

import pytest

from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.adapters import vectors_directory
from ia3_teach.course.shipped.instructions import load_instructions
from ia3_teach.course.shipped.manifest import ManifestError
from ia3_teach.course.shipped.models import load_model
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.tasks import load_task


@pytest.fixture
def directory(tmp_path):
    """A small data directory with its manifest."""
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "a.txt").write_text("one two three")
    (tmp_path / "tasks" / "b.txt").write_text("four")
    manifest.write(tmp_path, {"tiny": {"seed": 0}})
    return tmp_path


def test_an_unchanged_directory_passes_and_keeps_its_facts(directory) -> None:
    manifest.verify(directory)
    manifest.write(directory, {"other": 1})
    assert manifest.read_manifest(directory)["tiny"] == {"seed": 0}
    assert manifest.read_manifest(directory)["other"] == 1


def test_a_changed_file_is_named_with_both_sums(directory) -> None:
    (directory / "tasks" / "a.txt").write_text("one two tree!")
    with pytest.raises(ManifestError, match=r"a\.txt was changed: sha256 \w{64}, expected \w{64}.*git"):
        manifest.verify(directory)


def test_a_truncated_file_is_named_with_both_sizes(directory) -> None:
    (directory / "tasks" / "a.txt").write_text("one")
    with pytest.raises(ManifestError, match=r"a\.txt has 3 bytes, expected 13"):
        manifest.verify(directory)


def test_a_missing_and_an_additional_file_are_named(directory) -> None:
    (directory / "tasks" / "c.txt").write_text("five")
    with pytest.raises(ManifestError, match=r"c\.txt is not listed"):
        manifest.verify(directory)
    (directory / "tasks" / "b.txt").unlink()
    with pytest.raises(ManifestError, match=r"b\.txt is missing"):
        manifest.verify(directory)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": 3}'])
def test_an_unreadable_manifest_is_an_error(directory, content: str) -> None:
    (directory / "MANIFEST.json").write_text(content)
    with pytest.raises(ManifestError, match="MANIFEST"):
        manifest.verify(directory)


def lay(kind: str, place: Path, aside: Path) -> None:
    """Put something that is no plain file to a place."""
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "socket":
        socket.socket(socket.AF_UNIX).bind(str(place))
    else:
        aside.mkdir(exist_ok=True)
        (aside / "file").write_text("four")
        place.symlink_to(aside if kind == "link to a folder" else aside / "file")


KINDS = ["pipe", "socket", "link to a file", "link to a folder", "link to nothing"]
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


@posix
@pytest.mark.parametrize("folder", ["tasks", "tasks/deep", "models/new"])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_not_listed_is_named_and_not_opened(directory, folder, kind, tmp_path_factory) -> None:
    place = directory / folder / "extra"
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = tmp_path_factory.mktemp("s") / "aside"
    lay(kind, place, aside)
    if kind == "link to nothing":
        shutil.rmtree(aside)
    with pytest.raises(ManifestError, match="extra is not listed"):
        manifest.verify(directory)


@posix
@pytest.mark.parametrize("kind", KINDS)
def test_a_listed_file_that_is_no_plain_file_is_named(directory, kind, tmp_path_factory) -> None:
    (directory / "tasks" / "b.txt").unlink()
    lay(kind, directory / "tasks" / "b.txt", tmp_path_factory.mktemp("s") / "aside")
    with pytest.raises(ManifestError, match=r"b\.txt is (no plain file|a link)"):
        manifest.verify(directory)


@posix
def test_a_folder_that_is_a_link_is_named(directory) -> None:
    (directory / "tasks").rename(directory / "elsewhere")
    (directory / "tasks").symlink_to(directory / "elsewhere")
    with pytest.raises(ManifestError, match="tasks is a link"):
        manifest.verify(directory)


@pytest.mark.parametrize("name", ["../out.txt", "tasks/../../out.txt", "/out.txt", "C:/out", "tasks\\a.txt"])
def test_a_name_that_leads_out_is_refused(directory, name) -> None:
    content = json.loads((directory / "MANIFEST.json").read_text())
    content["files"][name] = content["files"]["tasks/a.txt"]
    (directory / "MANIFEST.json").write_text(json.dumps(content))
    with pytest.raises(ManifestError, match="no name of a file inside"):
        manifest.verify(directory)


def test_changed_line_ends_are_called_so(directory) -> None:
    (directory / "tasks" / "c.txt").write_bytes(b"one\ntwo\n")
    manifest.write(directory, {})
    (directory / "tasks" / "c.txt").write_bytes(b"one\r\ntwo\r\n")
    with pytest.raises(ManifestError, match="its line ends were changed"):
        manifest.verify(directory)


READERS = {
    "models/tiny-bloom": lambda: load_model("tiny-bloom"),
    "tasks/sentiment": lambda: load_task("sentiment"),
    "vectors/sentiment": lambda: vectors_directory("sentiment"),
    "instructions": lambda: load_instructions("instructions"),
}


@pytest.mark.parametrize("folder", READERS)
def test_no_reader_takes_a_folder_with_a_file_that_nobody_shipped(folder, tmp_path, monkeypatch) -> None:
    """An `adapter_config.json` beside a model, for one, would be read and put into it."""
    shutil.copytree(data_dir(), tmp_path / "data")
    monkeypatch.setenv("IA3_TEACH_DATA", str(tmp_path / "data"))
    (tmp_path / "data" / folder / "adapter_config.json.jsonl").write_text("{}")
    with pytest.raises(ManifestError, match="adapter_config.json.jsonl is not listed"):
        READERS[folder]()


def test_the_shipped_files_are_as_the_manifest_says() -> None:
    manifest.verify()


def test_the_advice_is_one_that_can_be_followed(tmp_path, monkeypatch) -> None:
    """A copy that was unpacked from an archive has no git, and a data directory of one's own neither."""
    monkeypatch.delenv("IA3_TEACH_DATA", raising=False)
    for made, said in ((True, "git checkout"), (False, "unpack it anew")):
        root = tmp_path / str(made)
        root.mkdir()
        if made:
            (root / ".git").mkdir()
        monkeypatch.setattr(manifest, "course_root", lambda root=root: root)
        assert said in manifest.advice() and ("git" in manifest.advice()) == made
    monkeypatch.setenv("IA3_TEACH_DATA", str(tmp_path))
    assert "unset IA3_TEACH_DATA" in manifest.advice() and "git" not in manifest.advice()
