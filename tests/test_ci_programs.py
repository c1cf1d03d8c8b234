""".ci/programs: what cannot be had takes nothing else along, and is named."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="needs bash")
ASKED_FOR = ("bubblewrap", "chromium", "npm")


def program(folder: Path, name: str, *lines: str) -> None:
    """A program of that name which does what these lines of shell say."""
    (folder / name).write_text("\n".join((f"#!{BASH}", *lines)) + "\n")
    (folder / name).chmod(0o755)


def programs(folder: Path, user: int = 0) -> tuple[str, str]:
    """Run the script with the programs in `folder` alone: what it printed, what apt was asked for."""
    (folder / "dirname").symlink_to(shutil.which("dirname"))
    program(folder, "id", f"echo {user}")
    script = ROOT / ".ci" / "programs"
    done = subprocess.run([BASH, script], env={"PATH": str(folder)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    asked = folder / "asked"
    return done.stdout, asked.read_text() if asked.exists() else ""


def apt(folder: Path, refused: str) -> None:
    """An apt-get that notes what it was asked for and refuses one package, alone or among others."""
    noted = f'echo "$@" >> {folder}/asked'
    program(folder, "apt-get", noted, f'case "$*" in *{refused}*) exit 100 ;; esac')


@pytest.mark.parametrize("refused", [*ASKED_FOR, "update"])
def test_a_package_that_is_refused_takes_no_other_along(refused: str, tmp_path: Path) -> None:
    apt(tmp_path, refused)
    printed, asked = programs(tmp_path)
    for package in ASKED_FOR:
        assert f"--no-install-recommends {package}\n" in asked
    named = [line for line in printed.splitlines() if line.startswith("Without")]
    expected = [] if refused == "update" else [f"Without {refused}: tests that need it are skipped."]
    assert named == [*expected, "Without configurable-http-proxy: tests that need it are skipped."]


def test_what_is_there_is_not_asked_for(tmp_path: Path) -> None:
    apt(tmp_path, "npm")
    for name in ("bwrap", "chromium", "npm", "configurable-http-proxy"):
        program(tmp_path, name)
    printed, asked = programs(tmp_path)
    assert "Without" not in printed
    assert not any(package in asked for package in ASKED_FOR)


def test_without_the_right_to_install_everything_missing_is_named(tmp_path: Path) -> None:
    apt(tmp_path, "nothing")
    printed, asked = programs(tmp_path, user=1000)
    assert asked == ""
    for package in (*ASKED_FOR, "configurable-http-proxy"):
        assert f"Without {package}: tests that need it are skipped." in printed
