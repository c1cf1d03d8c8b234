"""Laying out a class: with the software that everybody can use, and the solutions out of their sight."""

import stat
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_hub import class_of, home_of, missing, prepare

PLAIN = "/usr/sbin:/usr/bin:/sbin:/bin"  # of a new shell


@pytest.fixture
def people() -> Iterator[tuple[Path, str, list[str]]]:
    """Where a class is laid out, its group, and the names of a teacher and a student that nobody has."""
    if lacks := missing():
        pytest.skip(f"laying out a class needs: {lacks}")
    tag = uuid.uuid4().hex[:6]
    names = [f"teacher{tag}", f"ada{tag}"]
    with class_of(names, f"class{tag}") as state:
        yield state, f"class{tag}", names


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that all users can enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_student_who_comes_late_is_added_from_a_new_shell(people) -> None:
    state, group, (teacher, ada) = people
    prepare(state, group, [teacher], PATH=PLAIN)
    prepare(state, group, [teacher, ada], PATH=PLAIN)
    assert stat.S_IMODE(home_of(ada).stat().st_mode) == 0o700
    assert (home_of(teacher) / "ia3_class/gradebook.db").owner() == teacher


def test_software_that_not_everybody_can_use_is_refused_before_anything_is_made(people, open_folder) -> None:
    state, group, names = people
    (open_folder / "bin").mkdir(mode=0o700)
    (open_folder / "bin" / "python").symlink_to("/usr/bin/python3")
    refused = prepare(state, group, names, check=False, CLASS_ENVIRONMENT=str(open_folder))
    assert refused.returncode == 2 and "not everybody can use the software" in refused.stderr
    assert "step 2" in refused.stderr and not list(state.iterdir())


def test_the_solutions_of_the_sets_are_not_for_learners(people, open_folder) -> None:
    state, group, names = people
    package = open_folder / "ia3_teach"
    sets = package / "_shipped" / "notebooks" / "assignments"
    sets.mkdir(parents=True)
    (package / "__init__.py").touch()
    for name in ("ps1.ipynb", "TEACHING.md"):
        (sets / name).write_text("{}")
        (sets / name).chmod(0o644)
    prepare(state, group, names, PYTHONPATH=str(open_folder))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in sets.iterdir()}
    assert modes == {"ps1.ipynb": 0o600, "TEACHING.md": 0o644}
