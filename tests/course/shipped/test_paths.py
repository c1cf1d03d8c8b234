"""Where lessons and data lie in a clone and in an installed package, and who may write there."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ia3_teach.__main__ as command_line
from ia3_teach.course.making import experiments, probe_table, real_bert
from ia3_teach.course.shipped import manifest, paths
from ia3_teach.course.shipped.paths import DataError, clone, course_root, data_dir, own_data_dir
from ia3_teach.views import readme_picture

WRITES_DATA = [["pretrain"], ["vectors"], ["experiments"], ["run", "--record"]]
WRITES_PAGES = [["index"], ["execute"]]
MODULES = {
    "experiments": experiments.run,
    "probe_table": probe_table.run,
    "real_bert": lambda: real_bert.run(Path("any")),
    "readme_picture": readme_picture.write_pictures,
}


@pytest.fixture
def installed(tmp_path, monkeypatch) -> Path:
    """The package as a wheel lays it out; the folder that it brings lessons and data in."""
    monkeypatch.delenv("IA3_TEACH_DATA", raising=False)
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "site" / "ia3_teach")
    shipped = tmp_path / "site" / "ia3_teach" / "_shipped"
    (shipped / "data" / "world").mkdir(parents=True)
    (shipped / "notebooks").mkdir()
    (tmp_path / "site" / "data" / "world").mkdir(parents=True)  # of some other package
    return shipped


@pytest.mark.parametrize("words", WRITES_DATA, ids=" ".join)
def test_a_verb_that_writes_data_leaves_an_installed_package_alone(words, installed) -> None:
    refused = CliRunner().invoke(command_line.app, words).exception
    assert isinstance(refused, DataError) and "belongs to the installed package" in str(refused)
    assert "IA3_TEACH_DATA" in str(refused) and len(str(refused)) < 600
    assert not [path for path in installed.rglob("*") if path.is_file()]


@pytest.mark.parametrize("words", WRITES_PAGES, ids=" ".join)
def test_a_verb_that_writes_pages_or_lessons_needs_a_clone(words, installed) -> None:
    refused = CliRunner().invoke(command_line.app, words).exception
    assert isinstance(refused, DataError) and "needs a clone of the repository" in str(refused)


@pytest.mark.parametrize("name", MODULES)
def test_so_does_whatever_else_makes_data(name, installed) -> None:
    with pytest.raises(DataError, match="IA3_TEACH_DATA"):
        MODULES[name]()


def test_a_read_only_folder_says_so(monkeypatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(DataError, match="is read-only. Copy it .*IA3_TEACH_DATA"):
        own_data_dir()


def test_an_installed_package_brings_both_and_one_may_have_a_copy_of_the_data(
    installed, tmp_path, monkeypatch
) -> None:
    assert data_dir() == installed / "data" and course_root() == installed
    assert command_line.notebooks_directory() == installed / "notebooks"
    (tmp_path / "mine" / "world").mkdir(parents=True)
    monkeypatch.setenv("IA3_TEACH_DATA", str(tmp_path / "mine"))
    assert data_dir() == own_data_dir() == tmp_path / "mine"


def test_a_damaged_file_of_an_installed_package_does_not_send_to_git(installed) -> None:
    with pytest.raises(manifest.ManifestError, match="Install the package again"):
        manifest.verify()


def test_in_a_clone_both_lie_beside_the_package(monkeypatch) -> None:
    monkeypatch.delenv("IA3_TEACH_DATA", raising=False)
    assert data_dir() == own_data_dir() == clone() / "data" and course_root() == clone()
