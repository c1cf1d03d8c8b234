"""The container for editors: what it calls is there, and what it promises is what the course needs."""

import json
import re
import tomllib
from pathlib import Path

from typer.testing import CliRunner

import ia3_teach.__main__ as command_line
from ia3_teach.course.progress.keeping import SWITCH, is_wanted

ROOT = Path(__file__).parents[1]
CONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))


def test_its_python_is_new_enough() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = tuple(map(int, re.findall(r"\d+", project["requires-python"])))
    assert tuple(map(int, re.search(r":(\d+)\.(\d+)$", CONTAINER["image"]).groups())) >= oldest


def test_it_asks_for_the_disk_and_memory_that_the_course_takes() -> None:
    asked = CONTAINER["hostRequirements"]
    script = (ROOT / "setup_env.py").read_text(encoding="utf-8")
    disk = float(re.search(r"^DISK = (\S+)", script, re.M)[1])
    assert asked["cpus"] >= 2 and int(asked["memory"].removesuffix("gb")) >= 4
    assert int(asked["storage"].removesuffix("gb")) * 1e9 > 4 * disk  # with the libraries for a GPU


def test_it_calls_a_script_and_a_verb_that_are_there() -> None:
    assert (ROOT / CONTAINER["postCreateCommand"].removeprefix("python ")).is_file()
    python, _, verb = CONTAINER["postAttachCommand"].partition(" -m ia3_teach ")
    assert python == ".venv/bin/python" and verb == "build learner my_course"
    assert CliRunner().invoke(command_line.app, [*verb.split()[:2], "--help"]).exit_code == 0


def test_its_editor_uses_the_python_that_the_script_makes() -> None:
    chosen = CONTAINER["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert chosen == "${containerWorkspaceFolder}/" + CONTAINER["postAttachCommand"].split()[0]


def test_what_passes_in_its_editor_is_kept() -> None:
    """An editor may start kernels without a server that tells them which notebook they belong to."""
    assert is_wanted({SWITCH: CONTAINER["containerEnv"][SWITCH]})
