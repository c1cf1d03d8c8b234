"""What is said about where a run came from."""

import subprocess
from pathlib import Path

import pytest

from ia3_teach.course.making import measuring, tracing
from ia3_teach.course.making.tracing import TracedRun, commit, machine, provenance
from ia3_teach.course.shipped.results import Run
from ia3_teach.training import bars


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)


def test_without_a_clone_or_a_commit_the_commit_is_unknown(tmp_path: Path) -> None:
    assert commit(tmp_path) == "unknown"
    (tmp_path / ".git").mkdir()
    assert commit(tmp_path) == "unknown"


def test_a_package_inside_some_other_clone_does_not_take_its_commit(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tracing, "is_installed", lambda: True)
    git(tmp_path, "init", "-q")
    assert commit(tmp_path) == "unknown"


def test_a_commit_says_when_the_code_is_not_its_own(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "ia3_teach").mkdir()
    (tmp_path / "ia3_teach" / "a.py").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "All")
    clean = commit(tmp_path)
    (tmp_path / "notes.txt").write_text("of no concern")
    assert commit(tmp_path) == clean and len(clean) == 12
    (tmp_path / "ia3_teach" / "a.py").write_text("2")
    assert commit(tmp_path) == f"changed-{clean}"


@pytest.mark.parametrize("written", ["unknown", "0123456789ab", "changed-0123456789ab"])
def test_every_shorter_commit_shows_that_its_line_was_cut(written: str) -> None:
    cuts = [written[:end] for end in range(len(written) + 1)]
    runs = [TracedRun("plan", "tiny-bert", "ia3", 32, 0, 0.1, commit=cut) for cut in cuts]
    assert [run.whole for run in runs] == [False] * len(written) + [True]


def test_no_value_has_a_comma_which_would_cut_the_line_in_two() -> None:
    assert not [value for value in provenance().values() if "," in value] and machine().count(" ") >= 3


def test_a_measured_run_carries_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "measured", lambda run: run.with_results(0.5, 0.25, 1.0))
    run = measuring.traced(Run("plan", "tiny-bert", "ia3", 32, 0, 0.1))
    assert {name: getattr(run, name) for name in provenance()} == provenance() and run.test == 0.25


def test_a_run_draws_no_bar_of_its_own_among_those_of_the_grid(monkeypatch, capsys) -> None:
    monkeypatch.setattr(bars, "DELAY", 0.0)

    def measured(run: Run) -> Run:
        with bars.progress("fit") as counted:
            assert list(counted(range(3))) == [0, 1, 2]
        return run.with_results(0.5, 0.25, 1.0)

    monkeypatch.setattr(measuring, "measured", measured)
    run = Run("plan", "tiny-bert", "ia3", 32, 0, 0.1)
    measured(run)
    assert "fit" in capsys.readouterr().err
    measuring.traced(run)
    assert capsys.readouterr().err == ""
