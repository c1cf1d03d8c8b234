"""Where builds come from and go to."""

from pathlib import Path

import pytest
from small_lesson import write_lesson


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write_lesson(tmp_path / "lessons")
    return tmp_path / "lessons"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "my course"
