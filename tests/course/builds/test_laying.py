"""A build never writes over a learner's work, and says where the newer lesson lies."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_output
from small_lesson import cells, change, write_lesson

from ia3_teach.course.builds import BuildError, build_learner


def test_second_build_changes_nothing(source: Path, target: Path) -> None:
    build_learner(source, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    assert build_learner(source, target) == []
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before


def test_untouched_lesson_is_replaced_by_newer(source: Path, target: Path) -> None:
    build_learner(source, target)
    write_lesson(source, words="second")
    assert build_learner(source, target) == ["02_a.ipynb: replaced by a newer version"]
    assert "second edition" in cells(target)[0].source
    assert not list(target.glob("*.new*"))


def test_opening_a_lesson_does_not_change_it(source: Path, target: Path) -> None:
    """JupyterLab writes the kernel's name and version into every notebook that it opens."""
    build_learner(source, target)
    path = target / "02_a.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.13.1"}
    path.write_text(json.dumps(notebook))
    assert build_learner(source, target) == []
    assert "3.13.1" in path.read_text()
    write_lesson(source, words="second")
    assert build_learner(source, target) == ["02_a.ipynb: replaced by a newer version"]


CHANGES = {
    "a word": lambda cell: cell.update(source=cell.source + "!"),
    "an output": lambda cell: cell.update(outputs=[new_output("stream", text="4\n")]),
    "a tag": lambda cell: cell.metadata.update(tags=["mine"]),
}


@pytest.mark.parametrize("change_cell", CHANGES.values(), ids=CHANGES)
def test_any_change_of_a_cell_is_the_learners_work(change_cell: Any, source: Path, target: Path) -> None:
    build_learner(source, target)
    notebook = nbformat.read(target / "02_a.ipynb", as_version=4)
    change_cell(notebook.cells[-1])
    nbformat.write(notebook, target / "02_a.ipynb")
    mine = (target / "02_a.ipynb").read_bytes()
    write_lesson(source, words="second")
    build_learner(source, target)
    assert (target / "02_a.ipynb").read_bytes() == mine
    assert (target / "02_a.new.ipynb").exists()


def test_changed_lesson_is_kept_while_there_is_nothing_newer(source: Path, target: Path) -> None:
    build_learner(source, target)
    mine = change(target / "02_a.ipynb")
    assert build_learner(source, target) == []
    assert (target / "02_a.ipynb").read_bytes() == mine
    assert not list(target.glob("*.new*"))


def test_newer_lesson_is_laid_beside_changed_one_and_named(
    source: Path, target: Path, capsys: pytest.CaptureFixture
) -> None:
    build_learner(source, target)
    mine = change(target / "02_a.ipynb")
    write_lesson(source, words="second")
    (line,) = build_learner(source, target)
    assert "02_a.new.ipynb" in line and line in capsys.readouterr().out
    assert (target / "02_a.ipynb").read_bytes() == mine
    assert "second edition" in cells(target, "02_a.new.ipynb")[0].source


def test_an_offered_lesson_is_offered_once(source: Path, target: Path) -> None:
    test_newer = target / "02_a.new.ipynb"
    build_learner(source, target)
    change(target / "02_a.ipynb")
    write_lesson(source, words="second")
    build_learner(source, target)
    test_newer.unlink()
    assert build_learner(source, target) == []
    assert not test_newer.exists()


def test_changed_newer_lesson_is_kept_too(source: Path, target: Path) -> None:
    build_learner(source, target)
    mine = change(target / "02_a.ipynb")
    write_lesson(source, words="second")
    build_learner(source, target)
    mine_too = change(target / "02_a.new.ipynb")
    write_lesson(source, words="third")
    (line,) = build_learner(source, target)
    assert (target / "02_a.ipynb").read_bytes() == mine
    assert (target / "02_a.new.ipynb").read_bytes() == mine_too
    (third,) = target.glob("02_a.new-*.ipynb")
    assert third.name in line and "third edition" in cells(target, third.name)[0].source


def test_unchanged_newer_lesson_gives_way_to_the_newest(source: Path, target: Path) -> None:
    build_learner(source, target)
    change(target / "02_a.ipynb")
    for words in ("second", "third"):
        write_lesson(source, words=words)
        build_learner(source, target)
    assert [path.name for path in target.glob("*.new*")] == ["02_a.new.ipynb"]
    assert "third edition" in cells(target, "02_a.new.ipynb")[0].source


def test_taking_over_the_newer_lesson_counts_as_unchanged(source: Path, target: Path) -> None:
    build_learner(source, target)
    change(target / "02_a.ipynb")
    write_lesson(source, words="second")
    build_learner(source, target)
    (target / "02_a.new.ipynb").replace(target / "02_a.ipynb")
    build_learner(source, target)
    write_lesson(source, words="third")
    assert build_learner(source, target) == ["02_a.ipynb: replaced by a newer version"]


def test_deleted_lesson_is_restored(source: Path, target: Path) -> None:
    build_learner(source, target)
    (target / "02_a.ipynb").unlink()
    assert build_learner(source, target) == ["02_a.ipynb: restored"]
    assert cells(target)


def test_notebook_of_that_name_from_elsewhere_is_never_written_over(source: Path, target: Path) -> None:
    target.mkdir()
    (target / "02_a.ipynb").write_text("not even a notebook")
    build_learner(source, target)
    assert (target / "02_a.ipynb").read_text() == "not even a notebook"
    assert (target / "02_a.new.ipynb").exists()


def test_lost_record_loses_no_work(source: Path, target: Path) -> None:
    build_learner(source, target)
    mine = change(target / "02_a.ipynb")
    (target / ".build.json").unlink()
    build_learner(source, target)
    assert (target / "02_a.ipynb").read_bytes() == mine


def test_damaged_record_is_named(source: Path, target: Path) -> None:
    build_learner(source, target)
    (target / ".build.json").write_text('{"02_a.ipynb"')
    with pytest.raises(BuildError, match="build.json is damaged"):
        build_learner(source, target)


def test_interrupted_writing_leaves_the_old_lesson(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_learner(source, target)
    before = (target / "02_a.ipynb").read_bytes()
    write_lesson(source, words="second")

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_learner(source, target)
    assert (target / "02_a.ipynb").read_bytes() == before
    assert not list(target.glob(".*.part"))
