"""`make course` on a clone made for other line ends, by a user whose settings are against it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import empty_environment
import hostile_jupyter
import pytest
from printed_lines import lines_to_address

ROOT = Path(__file__).resolve().parents[1]
STAMP = "import json, setup_env; print(json.dumps({'inputs': setup_env.fingerprint(), 'extras': []}))"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("git") and shutil.which("make")), reason="needs git and make"),
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """What is committed, with an environment in which the set-up has nothing left to do."""
    folder = tmp_path_factory.mktemp("clone") / "the course"
    command = ["git", "clone", "-q", "-c", "core.autocrlf=true", ROOT, folder]
    if subprocess.run(list(map(str, command)), capture_output=True).returncode:
        pytest.skip("needs a clone: git finds nothing to clone here")
    empty_environment.make(folder / ".venv")
    stamp = subprocess.run([sys.executable, "-c", STAMP], cwd=folder, capture_output=True, check=True).stdout
    (folder / ".venv" / "ia3_teach.json").write_bytes(stamp)
    return folder


def test_every_shipped_file_is_as_it_was(clone) -> None:
    done = subprocess.run(
        [clone / ".venv" / "bin" / "python", "-m", "ia3_teach", "verify"],
        cwd=clone,
        env=empty_environment.variables(clone),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_lessons_are_served_whatever_the_users_settings_say(clone, tmp_path) -> None:
    process = subprocess.Popen(
        ["make", "--no-print-directory", "course", f"PYTHON={sys.executable}"],
        cwd=clone,
        env=empty_environment.variables(tmp_path) | hostile_jupyter.lay(tmp_path / "home"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        first, *_, address = lines_to_address(process)
        base, token = address.split("/lab?token=")
        assert first.endswith(" lessons in my_course") and base.startswith("http://localhost:")
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        lesson = f"{base}/api/contents/02_one_vector_by_hand.ipynb?token={token}"
        cells = json.load(direct.open(lesson, timeout=60))["content"]["cells"]
        assert any("YOUR CODE HERE" in cell["source"] for cell in cells)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        said = process.communicate(timeout=60)[1]
    assert "Traceback" not in said, said
