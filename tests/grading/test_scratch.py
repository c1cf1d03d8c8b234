"""A run's own folder: nobody else's, gone at the end, and cleared of what was killed."""

import os
from pathlib import Path

from ia3_teach.grading.scratch import scratch_in


def test_it_is_there_for_a_while_and_for_its_owner_alone(tmp_path: Path) -> None:
    with scratch_in(tmp_path) as folder:
        assert folder.parent == tmp_path and folder.stat().st_mode & 0o077 == 0
        (folder / "cases").write_text("hidden")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_has_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    nobody = 4_000_000  # above every number that a process may have
    for name in (f"run-{nobody}-abc", f"run-{os.getppid()}-abc", "run-me", "ps1", f"{nobody}"):
        (tmp_path / name / "deep").mkdir(parents=True)
    with scratch_in(tmp_path):
        pass
    left = {f"run-{os.getppid()}-abc", "run-me", "ps1", f"{nobody}"}
    assert {path.name for path in tmp_path.iterdir()} == left
