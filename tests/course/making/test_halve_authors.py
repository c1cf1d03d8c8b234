"""The shipped copy of the authors' vectors is made again, byte by byte."""

from pathlib import Path

import pytest

from ia3_teach.course.making.halve_authors import halve, main
from ia3_teach.course.shipped.authors import FOLDER
from ia3_teach.course.shipped.manifest import read_manifest
from ia3_teach.course.shipped.paths import data_dir


def test_a_file_that_is_not_there_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "world").mkdir()
    monkeypatch.setenv("IA3_TEACH_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="there is no file"):
        main(["--file", str(tmp_path / "none.pt")])
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_the_copy_is_made_again_from_the_authors_file(shared: Path, tmp_path: Path) -> None:
    halve(shared / "data/t0-3b-ia3/t03b_ia3_finish.pt", tmp_path)
    made, shipped = (place / FOLDER / "vectors.safetensors" for place in (tmp_path, data_dir()))
    assert made.read_bytes() == shipped.read_bytes()
    assert read_manifest(tmp_path)["vectors of T0-3B"] == read_manifest()["vectors of T0-3B"]
