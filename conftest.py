"""What every test runs under: no network, one thread, and the same rules for notebooks."""

import gc
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

os.environ.update(
    HF_HUB_OFFLINE="1",
    HF_DATASETS_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    TOKENIZERS_PARALLELISM="false",
    IA3_TEACH_PROGRESS="off",  # what a test solves is nobody's progress
)
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent


def pytest_configure(config: pytest.Config) -> None:
    """Refuse the network to this process: what needs it would fail elsewhere, and later.

    The programs that tests start are not watched; the lessons' own kernels are.
    """
    from ia3_teach.course.lab.guard import refuse_network

    refuse_network()
    if not config.getoption("nbval", False):  # a lesson's kernel draws into the notebook
        os.environ["MPLBACKEND"] = "Agg"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first, so that two workers end together and none waits for a long one.

    Of tests those with a slow one, of lessons those that took longest when they were recorded.
    """
    from ia3_teach.course.lab.recording import recorded

    slow = {item.path for item in items if item.get_closest_marker("slow")}
    seconds = {name: lesson["seconds"] for name, lesson in recorded(ROOT / "data").items()}
    items.sort(key=lambda item: (item.path not in slow, -seconds.get(item.path.stem, 0)))


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays: nothing needs to look whether it is garbage."""
    gc.collect()
    gc.freeze()


def pytest_collectstart(collector: Any) -> None:
    """In notebooks compare what learners read as text; never pixels, widgets, progress bars."""
    if type(collector).__name__ == "IPyNbFile":
        collector.skip_compare += ("stderr", "text/html", "image/svg+xml")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's Chromium, or a skip that says what is missing."""
    pytest.importorskip("playwright", reason="browser tests need playwright (the extra `test`)")
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("browser tests need a system Chromium (Debian: apt install chromium)")
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real models and reference files beside the repository."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("needs the folder ../shared (real models), which is not here")
    return path


@pytest.fixture(scope="session")
def box() -> None:
    """A skip that says what is missing, where there can be no box."""
    from ia3_teach.grading.box import NoBox, check_box

    try:
        check_box()
    except NoBox as error:
        pytest.skip(str(error))
