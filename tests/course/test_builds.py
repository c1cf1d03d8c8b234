"""The learner's build and the class release, and that neither writes over anybody's work."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ia3_teach.course.builds import BuildError, build_class, build_learner

LESSONS = Path(__file__).parents[2] / "notebooks"
SOLVED = '''def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION'''
CHECK = """assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(55) == 110
### END HIDDEN TESTS"""


def grader(grade_id: str, grade: bool, **more: Any) -> dict[str, Any]:
    flags = {"grade": grade, "solution": not grade, "locked": grade, "task": False}
    return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, **flags, **more}}


def write_lesson(
    directory: Path, name: str = "02_a", words: str = "first", solved: str = SOLVED
) -> None:
    """A lesson with one exercise and one cell after it."""
    shown = new_output("stream", text="3\n")
    cells = [
        new_markdown_cell(f"# 02 · A lesson, {words} edition", id="title"),
        new_code_cell(solved, id="double", metadata=grader("double", grade=False)),
        new_code_cell(CHECK, id="check", metadata=grader("double_check", grade=True, points=2)),
        new_code_cell("print(3)", id="after", outputs=[shown], execution_count=3),
    ]
    directory.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), directory / f"{name}.ipynb")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write_lesson(tmp_path / "lessons")
    return tmp_path / "lessons"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "my course"


def cells(target: Path, name: str = "02_a.ipynb") -> list[Any]:
    notebook = nbformat.read(target / name, as_version=4)
    nbformat.validate(notebook)
    return notebook.cells


def change(path: Path) -> bytes:
    """What a learner does: add a note to a notebook."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_markdown_cell("my own note", id="note"))
    nbformat.write(notebook, path)
    return path.read_bytes()


def test_learner_gets_stub_check_and_folded_solution(source: Path, target: Path) -> None:
    build_learner(source, target)
    _, exercise, check, solution, after = cells(target)
    assert exercise.source == (
        'def double(x):\n    """Twice x."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'
    )
    assert check.source == "assert double(2) == 4"
    assert solution.cell_type == "markdown"
    assert "<details><summary>Solution</summary>" in solution.source
    assert "return 2 * x" in solution.source and "SOLUTION" not in solution.source
    assert after.outputs == [] and after.execution_count is None


def test_unsolved_lesson_runs_on(source: Path, target: Path) -> None:
    build_learner(source, target)
    tags = [cell.metadata.get("tags", []) for cell in cells(target)]
    assert "raises-exception" in tags[1] and "raises-exception" in tags[2]
    assert "raises-exception" not in tags[4]
    names: dict[str, Any] = {}
    exec(cells(target)[1].source, names)  # a stub can be defined, and says when it is called
    with pytest.raises(NotImplementedError):
        names["double"](1)


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
def test_any_change_of_a_cell_is_the_learners_work(
    change_cell: Any, source: Path, target: Path
) -> None:
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


def test_notebook_of_that_name_from_elsewhere_is_never_written_over(
    source: Path, target: Path
) -> None:
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


def test_pictures_come_along(source: Path, target: Path) -> None:
    (source / "sites.svg").write_text("<svg/>")
    (source / "README.md").write_text("for authors")
    build_learner(source, target)
    assert (target / "sites.svg").read_text() == "<svg/>"
    assert not (target / "README.md").exists()


def test_interrupted_writing_leaves_the_old_lesson(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_learner(source, target)
    before = (target / "02_a.ipynb").read_bytes()
    write_lesson(source, words="second")

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ia3_teach.course.builds.lay.os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_learner(source, target)
    assert (target / "02_a.ipynb").read_bytes() == before
    assert not list(target.glob("*.partial"))


BROKEN = {
    "no solution": (SOLVED.replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", ""),
                    "without a solution"),
    "no end": (SOLVED.replace("### END SOLUTION", ""), "has no `### END"),
    "no begin": (SOLVED.replace("### BEGIN SOLUTION", ""), "out of order"),
}  # fmt: skip


@pytest.mark.parametrize("build", [build_learner, build_class])
@pytest.mark.parametrize("fault", BROKEN)
def test_faulty_exercise_is_named_and_nothing_written(
    fault: str, build: Any, source: Path, target: Path
) -> None:
    solved, message = BROKEN[fault]
    write_lesson(source, name="04_b", solved=solved)
    with pytest.raises(BuildError, match=f"04_b.ipynb, cell 1 .double.: .*{message}"):
        build(source, target)
    assert not target.exists()


@pytest.mark.parametrize("build", [build_learner, build_class])
def test_unusable_places_are_named(build: Any, source: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("keep me")
    with pytest.raises(BuildError, match="is a file"):
        build(source, file)
    with pytest.raises(BuildError, match="cannot write into"):
        build(source, file / "below")
    with pytest.raises(BuildError, match="no lessons"):
        build(tmp_path / "nowhere", tmp_path / "target")
    with pytest.raises(BuildError, match="another folder"):
        build(source, source)
    assert file.read_text() == "keep me" and not (tmp_path / "target").exists()


def test_unreadable_lesson_is_named(source: Path, target: Path) -> None:
    (source / "03_c.ipynb").write_text('{"cells": [')
    with pytest.raises(BuildError, match="03_c.ipynb is not a readable notebook"):
        build_learner(source, target)
    assert not target.exists()


def test_class_release_has_no_solutions_hidden_tests_or_outputs(
    source: Path, target: Path
) -> None:
    pytest.importorskip("nbgrader", reason="class builds need nbgrader (the extra `teach`)")
    build_class(source, target)
    text = (target / "02_a.ipynb").read_text()
    for secret in ("2 * x", "110", "SOLUTION", "HIDDEN", "Solution</summary>"):
        assert secret not in text
    _, exercise, check, after = cells(target)
    assert "raise NotImplementedError()" in exercise.source
    assert check.source.strip() == "assert double(2) == 4"
    assert check.metadata.nbgrader.checksum and check.metadata.editable is False
    assert after.outputs == []


def test_class_release_names_a_lesson_with_bad_metadata(source: Path, target: Path) -> None:
    pytest.importorskip("nbgrader", reason="class builds need nbgrader (the extra `teach`)")
    path = source / "02_a.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][2]["metadata"]["nbgrader"]["grade_id"] = "double"
    path.write_text(json.dumps(notebook))
    with pytest.raises(BuildError, match="02_a.ipynb: nbgrader refuses it"):
        build_class(source, target)
    assert not target.exists()


def hidden_lines(source: str) -> list[str]:
    """The lines of a solved cell that no class may see."""
    regions = re.findall(r"### BEGIN [A-Z ]+\n(.*?)### END", source, re.S)
    return [line.strip() for region in regions for line in region.splitlines() if line.strip()]


@pytest.mark.parametrize("build", [build_learner, build_class])
def test_builds_of_the_real_lessons_give_nothing_away(build: Any, target: Path) -> None:
    pytest.importorskip("nbgrader", reason="class builds need nbgrader (the extra `teach`)")
    build(LESSONS, target)
    for path in LESSONS.glob("*.ipynb"):
        built = {cell.id: cell.source for cell in cells(target, path.name)}
        assert not any("### BEGIN" in source for source in built.values())
        for cell in nbformat.read(path, as_version=4).cells:
            assert not [line for line in hidden_lines(cell.source) if line in built[cell.id]]
        folded = [source for source in built.values() if "<summary>Solution" in source]
        assert build is build_learner or not folded
