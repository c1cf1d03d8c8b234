"""A changed, truncated, missing or foreign file is an error that names it."""

import pytest

from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.manifest import ManifestError


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


def test_the_shipped_files_are_as_the_manifest_says() -> None:
    manifest.verify()
