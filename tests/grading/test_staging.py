"""A box holds what a set and its probes import, and no verdict."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from ia3_teach.grading import exercises
from ia3_teach.grading.staging import closure, file_of, imported, stage

CELLS = [
    "%matplotlib inline",
    "import torch\nfrom ia3_teach.check import lesson_02 as check\nfrom ia3_teach.course.lesson import setup",
    "from ia3_teach.layer import Adapted",
]


def verdicts(modules: Iterable[str]) -> list[str]:
    """Those of the checks that are no part of a probe."""
    inside = [name for name in modules if name.startswith("ia3_teach.check.")]
    return [name for name in inside if not name.startswith("ia3_teach.check.probing")]


def test_no_probe_of_the_course_brings_a_verdict_along() -> None:
    for name, exercise in exercises.known().items():
        assert verdicts(closure([exercises.home(exercise)])) == [], name


def test_what_is_not_python_or_not_ours_is_passed_over() -> None:
    for source in ("%%bash\nls", "def f(:", "import torch, json", "from . import x", ""):
        assert list(imported(source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "from ia3_teach.check import lesson_02 as check",
        "import ia3_teach.check.lesson_02",
        "from ia3_teach import check",
        "def later():\n    from ia3_teach.check.folding import fold",
    ],
)
def test_no_verdict_comes_into_the_box_by_a_cell_that_imports_one(source, tmp_path: Path) -> None:
    assert verdicts(stage(tmp_path, [source], [])) == []
    assert not list(tmp_path.rglob("lesson_02.py"))


def test_what_the_set_imports_is_there_with_all_that_it_needs(tmp_path: Path) -> None:
    laid = stage(tmp_path, CELLS, [])
    assert {"ia3_teach.layer", "ia3_teach.course.lesson.notebook", "ia3_teach.grading.inside.running"} <= set(
        laid
    )
    assert not {"ia3_teach.merging", "ia3_teach.grading.gradebook", "ia3_teach.grading.marking"} & set(laid)
    for name in laid:
        assert (tmp_path / file_of(name).relative_to(file_of("ia3_teach").parents[1])).is_file()


def test_a_lazy_package_does_not_pull_in_all_that_it_hands_out() -> None:
    assert "ia3_teach.merging" not in closure(["ia3_teach", "ia3_teach.layer"])
    assert "ia3_teach.merging" in closure(imported("from ia3_teach import merge"))


def test_a_probe_from_elsewhere_comes_along_as_its_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from ia3_teach.wording import brief")
    (tmp_path / "box").mkdir()
    laid = stage(tmp_path / "box", [], [tmp_path / "mine.py"])
    assert (tmp_path / "box" / "mine.py").is_file() and "ia3_teach.wording" in laid
