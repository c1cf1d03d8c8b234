"""A course of nbgrader's with the small set."""

from pathlib import Path

import pytest
import small_exercises

from ia3_teach.grading import exercises


@pytest.fixture(scope="module")
def small_checks():
    """The small exercises in the place of the course's."""
    pytest.importorskip("nbgrader", reason="grading needs nbgrader (the extra `teach`)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exercises, "known", lambda: small_exercises.EXERCISES)
        patch.setattr(exercises, "load_record", small_exercises.load_record)
        patch.setattr(exercises, "write_cases", small_exercises.write_cases)
        patch.setattr(exercises, "READER", "small_probes:read_cases")
        yield


@pytest.fixture
def course(tmp_path: Path, small_checks) -> Path:
    """source/ps1 in a new course."""
    small_exercises.write_set(tmp_path / "source" / "ps1")
    return tmp_path
