"""The one line at the top of every lesson."""

import random

import matplotlib.style
import pytest
import torch

from ia3_teach.course.lesson.notebook import setup
from ia3_teach.views.style import STYLE


@pytest.fixture(autouse=True)
def put_back():
    """Other tests keep the settings that they came with."""
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with matplotlib.rc_context():
        yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(deterministic)
    torch.set_printoptions(profile="default")


def test_setup_repeats_random_numbers() -> None:
    setup()
    first = torch.rand(3).tolist(), random.random()
    setup()
    assert (torch.rand(3).tolist(), random.random()) == first


def test_setup_is_quiet_and_sets_the_figures(capsys: pytest.CaptureFixture) -> None:
    assert setup() is None
    assert capsys.readouterr() == ("", "")
    assert torch.get_num_threads() == 1
    with matplotlib.style.context(STYLE, after_reset=True):
        wanted = matplotlib.rcParams["font.size"], matplotlib.rcParams["axes.spines.top"]
    assert (matplotlib.rcParams["font.size"], matplotlib.rcParams["axes.spines.top"]) == wanted == (9, False)


def test_setup_silences_loading_bars() -> None:
    import datasets
    import transformers

    setup()
    assert transformers.logging.get_verbosity() == transformers.logging.ERROR
    assert datasets.utils.are_progress_bars_disabled()
