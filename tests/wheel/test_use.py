"""The course without a clone: from any folder, with nothing but that folder to write into."""

import json
import os
import re
import signal
import urllib.request
from pathlib import Path

import empty_environment
import pytest
from notebook_files import lesson
from printed_lines import lines_to_address
from repository_copy import ROOT

pytestmark = pytest.mark.slow
LOADED = """
import sys
from ia3_teach import IA3, attach, fit, encode, few_shot, load_model, load_task, save_adapter
from ia3_teach.course.lesson import load_instructions
assert sys.argv[1] not in sys.path
for name in ("tiny-bloom", "tiny-bert"):
    model, tokenizer = load_model(name)
model, tokenizer = load_model("tiny-bloom")
attach(model, IA3())
examples = few_shot(load_task("sentiment")["pool"], n=4, seed=0)
fit(model, encode(model, tokenizer, examples), steps=2, learning_rate=3e-2, checkpoint="half.pt")
save_adapter(model, "my_adapter")
print(len(load_instructions("instructions")["test"]) > 0)
"""


def test_the_clone_is_out_of_reach_and_the_package_cannot_be_written(environment, said, tmp_path) -> None:
    code = "import sys, ia3_teach; print(ia3_teach.__file__, *sys.path, sep='\\n')"
    file, *path = said("python", "-c", code).splitlines()
    assert Path(file).is_relative_to(environment) and str(ROOT) not in path
    if not empty_environment.walls(environment, tmp_path):
        pytest.skip("needs bwrap to make everything read-only but one folder")
    code = "import ia3_teach.course.shipped.paths as p, os; print(os.access(p.data_dir(), os.W_OK))"
    assert said("python", "-c", code) == "False\n"


def test_every_shipped_file_is_there(said) -> None:
    assert said("ia3-teach", "verify") == "Every shipped file is as its manifest says.\n"


def test_models_data_training_and_files_work(said, tmp_path) -> None:
    assert said("python", "-c", LOADED, ROOT) == "True\n"
    assert (tmp_path / "my_adapter" / "adapter_config.json").is_file()


def test_a_lesson_runs_unattended_and_finds_the_package(said, tmp_path) -> None:
    lesson(tmp_path, "00_small", "import ia3_teach; assert ia3_teach.load_task('sentiment')")
    assert re.match(r"00_small +[\d.]+ s", said("ia3-teach", "run", "--notebooks", tmp_path))


def test_lab_serves_the_lessons_whatever_lies_where_it_is_started(start, tmp_path) -> None:
    for name in ("random.py", "jupyterlab.py", "ia3_teach.py"):
        (tmp_path / name).write_text("raise SystemExit('not this one')\n")
    process = start("ia3-teach", "lab", "my course", "--port", "18700", "--no-browser")
    try:
        address = lines_to_address(process)[-1]
        base, token = address.split("/lab?token=")
        lesson = f"{base}/api/contents/00_start_one_dial.ipynb?token={token}"
        assert json.load(urllib.request.urlopen(lesson, timeout=60))["content"]["cells"]
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # what stands before the command, and the command
        said = process.communicate(timeout=60)[1]
    assert "Traceback" not in said, said
    found = {path.name for path in (tmp_path / "my course").iterdir()}
    assert found >= {"README.md", "cheat_sheet.md", "terms.json"}


def test_uninstalled_it_leaves_nothing(wheel, tmp_path) -> None:
    folder = empty_environment.make(tmp_path / "venv")
    before = contents(folder)
    empty_environment.pip(folder, "install", "--no-deps", "--no-index", "--ignore-installed", wheel)
    assert (folder / "bin" / "ia3-teach").is_file()
    empty_environment.pip(folder, "uninstall", "--yes", "ia3-teach")
    assert contents(folder) == before


def contents(folder: Path) -> list[Path]:
    """All that lies where pip puts things."""
    places = [folder / "bin", *empty_environment.packages(folder).rglob("*")]
    return sorted([*places, *(folder / "bin").iterdir(), *(folder / "share").iterdir()])
