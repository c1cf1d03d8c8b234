"""A method of one's own: CONTRIBUTING's lines, run in a copy of the checkout, and what is refused."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ia3_teach.family.beginning import begin

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("ia3_teach", "tests/family", "tests/small_models.py", "tests/small_architectures.py", "conftest.py")


def section() -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return re.search(r"^## A method of your own\n(.*?)^## ", text, re.M | re.S)[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    skipped = shutil.ignore_patterns("__pycache__")
    for name in (*KEPT, "pyproject.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=skipped)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", ["rowGain", "Row Gain", "Row.Gain", "", "../Row", "Größe"])
def test_a_name_that_no_class_has_is_refused(name: str, checkout: Path) -> None:
    with pytest.raises(ValueError, match="named like a class"):
        begin(name, checkout)


@pytest.mark.parametrize("name", ["SSF", "Ssf", "BitFit", "Bitfit", "Lengthening", "Method"])
def test_a_name_that_is_taken_is_refused_and_nothing_is_written(name: str, checkout: Path) -> None:
    before = sorted(checkout.rglob("*"))
    with pytest.raises(ValueError, match="already; choose another name"):
        begin(name, checkout)
    assert sorted(checkout.rglob("*")) == before


def test_without_a_checkout_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="in a checkout of the course"):
        begin("RowGain", tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_section_has_fewer_than_forty_lines() -> None:
    assert len(section().splitlines()) < 40


@pytest.mark.slow
def test_its_lines_make_a_method_that_passes(checkout: Path) -> None:
    (lines,) = re.findall(r"^```\n(.*?)^```$", section(), re.M | re.S)
    settings = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
    for line in lines.splitlines():
        program, *words = line.split()
        assert program == "python"
        done = subprocess.run(
            [sys.executable, *words], cwd=checkout, env=settings, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "passed" in done.stdout and "failed" not in done.stdout
    made = [checkout / "ia3_teach/family/row_gain.py", checkout / "tests/family/test_row_gain.py"]
    style = [sys.executable, "-m", "ruff"]
    for words in (["check"], ["format", "--check"]):
        subprocess.run([*style, *words, *map(str, made)], cwd=checkout, check=True, capture_output=True)
