"""What the learner's build and the class release contain, and what they refuse."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small_lesson import SOLVED, cells, write_lesson

from ia3_teach.course.builds import BuildError, build_class, build_learner

LESSONS = Path(__file__).parents[3] / "notebooks"


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


@pytest.mark.parametrize("build", [build_learner, build_class])
def test_one_lesson_is_told_as_one(build: Any, source: Path, target: Path, capsys) -> None:
    build(source, target)
    assert capsys.readouterr().out.startswith("1 lesson ")


def test_unsolved_lesson_runs_on(source: Path, target: Path) -> None:
    build_learner(source, target)
    tags = [cell.metadata.get("tags", []) for cell in cells(target)]
    assert "raises-exception" in tags[1] and "raises-exception" in tags[2]
    assert "raises-exception" not in tags[4]
    names: dict[str, Any] = {}
    exec(cells(target)[1].source, names)  # a stub can be defined, and says when it is called
    with pytest.raises(NotImplementedError):
        names["double"](1)


def test_pages_and_pictures_come_along(source: Path, target: Path) -> None:
    (source / "sites.svg").write_text("<svg/>")
    (source / "README.md").write_text("the lessons")
    (source / "draft.py").write_text("for authors")
    build_learner(source, target)
    assert (target / "sites.svg").read_text() == "<svg/>"
    assert (target / "README.md").read_text() == "the lessons"
    assert not (target / "draft.py").exists()


def test_a_page_that_the_learner_wrote_in_is_kept(source: Path, target: Path) -> None:
    (source / "cheat_sheet.md").write_text("first edition")
    build_learner(source, target)
    (target / "cheat_sheet.md").write_text("first edition, with my own notes")
    (source / "cheat_sheet.md").write_text("second edition")
    (line,) = build_learner(source, target)
    assert "yours, kept" in line and (target / "cheat_sheet.new.md").read_text() == "second edition"
    assert (target / "cheat_sheet.md").read_text() == "first edition, with my own notes"


def test_the_index_and_the_cheat_sheet_lie_beside_the_real_lessons(target: Path) -> None:
    build_learner(LESSONS, target)
    assert {"README.md", "cheat_sheet.md"} <= {path.name for path in target.iterdir()}


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
